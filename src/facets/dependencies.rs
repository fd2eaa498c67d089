//! Facets that a dependency shows.

use super::Gathered;
use super::manifest::Manifest;

/// Facet, language, names. A Go name also stands for the modules below it.
const SIGNS: &[(&str, &str, &[&str])] = &[
    (
        "service.http",
        "python",
        &[
            "fastapi",
            "flask",
            "django",
            "starlette",
            "aiohttp",
            "tornado",
            "sanic",
            "litestar",
            "quart",
            "bottle",
            "pyramid",
            "falcon",
            "uvicorn",
            "gunicorn",
            "hypercorn",
        ],
    ),
    (
        "service.http",
        "node",
        &[
            "express",
            "fastify",
            "koa",
            "hono",
            "@nestjs/core",
            "@hapi/hapi",
            "restify",
            "next",
            "nuxt",
            "@sveltejs/kit",
        ],
    ),
    ("service.http", "rust", &["axum", "actix-web", "rocket", "warp", "poem", "salvo", "tide"]),
    (
        "service.http",
        "go",
        &[
            "github.com/gin-gonic/gin",
            "github.com/labstack/echo",
            "github.com/go-chi/chi",
            "github.com/gofiber/fiber",
            "github.com/gorilla/mux",
            "github.com/julienschmidt/httprouter",
        ],
    ),
    (
        "service.http",
        "jvm",
        &[
            "spring-boot-starter-web",
            "spring-boot-starter-webmvc",
            "spring-boot-starter-webflux",
            "quarkus-rest",
            "quarkus-resteasy",
            "micronaut-http-server-netty",
            "ktor-server-core",
            "ktor-server-netty",
            "dropwizard-core",
        ],
    ),
    ("service.http", "dotnet", &["microsoft.net.sdk.web"]),
    ("service.http", "ruby", &["rails", "sinatra", "hanami", "roda"]),
    ("service.http", "php", &["laravel/framework", "symfony/framework-bundle", "slim/slim"]),
    ("service.http", "elixir", &["phoenix", "plug_cowboy", "bandit"]),
    ("service.grpc", "python", &["grpcio"]),
    ("service.grpc", "rust", &["tonic"]),
    ("service.grpc", "go", &["google.golang.org/grpc"]),
    ("service.grpc", "jvm", &["grpc-netty", "grpc-netty-shaded"]),
    ("service.grpc", "node", &["@grpc/grpc-js"]),
    ("service.worker", "python", &["celery", "rq", "dramatiq", "arq", "temporalio", "huey"]),
    ("service.worker", "node", &["bullmq", "bull", "agenda", "@temporalio/worker"]),
    ("service.worker", "go", &["github.com/hibiken/asynq", "go.temporal.io/sdk"]),
    ("service.worker", "ruby", &["sidekiq", "resque", "good_job", "solid_queue"]),
    ("service.worker", "elixir", &["oban", "broadway"]),
    ("service.worker", "dotnet", &["hangfire", "hangfire.core"]),
    ("frontend", "node", &["react-dom", "vue", "svelte", "@angular/core", "solid-js", "preact", "react-scripts"]),
    (
        "data.sql",
        "python",
        &[
            "psycopg",
            "psycopg2",
            "psycopg2-binary",
            "asyncpg",
            "sqlalchemy",
            "sqlmodel",
            "django",
            "mysqlclient",
            "pymysql",
            "aiosqlite",
            "sqlite-utils",
        ],
    ),
    (
        "data.sql",
        "node",
        &[
            "pg",
            "mysql",
            "mysql2",
            "prisma",
            "@prisma/client",
            "typeorm",
            "drizzle-orm",
            "sequelize",
            "knex",
            "better-sqlite3",
            "sqlite3",
            "@louislam/sqlite3",
            "redbean-node",
        ],
    ),
    ("data.sql", "rust", &["sqlx", "diesel", "sea-orm", "tokio-postgres", "rusqlite"]),
    (
        "data.sql",
        "go",
        &[
            "github.com/jackc/pgx",
            "github.com/lib/pq",
            "gorm.io/gorm",
            "entgo.io/ent",
            "github.com/go-sql-driver/mysql",
            "github.com/mattn/go-sqlite3",
        ],
    ),
    (
        "data.sql",
        "jvm",
        &[
            "spring-boot-starter-data-jpa",
            "spring-boot-starter-jdbc",
            "hibernate-core",
            "postgresql",
            "mysql-connector-j",
            "jooq",
        ],
    ),
    (
        "data.sql",
        "dotnet",
        &["microsoft.entityframeworkcore", "npgsql", "npgsql.entityframeworkcore.postgresql", "dapper"],
    ),
    ("data.sql", "ruby", &["pg", "mysql2", "activerecord", "sequel", "sqlite3"]),
    ("data.sql", "php", &["doctrine/orm", "laravel/framework", "doctrine/dbal"]),
    ("data.sql", "elixir", &["ecto_sql", "postgrex", "myxql", "ecto_sqlite3"]),
    ("data.postgres", "elixir", &["postgrex"]),
    ("data.postgres", "python", &["psycopg", "psycopg2", "psycopg2-binary", "asyncpg"]),
    ("data.postgres", "node", &["pg", "postgres", "@prisma/adapter-pg"]),
    ("data.postgres", "rust", &["tokio-postgres", "deadpool-postgres"]),
    ("data.postgres", "go", &["github.com/jackc/pgx", "github.com/lib/pq", "gorm.io/driver/postgres"]),
    ("data.postgres", "jvm", &["postgresql", "org.postgresql"]),
    (
        "data.postgres",
        "dotnet",
        &["npgsql", "npgsql.entityframeworkcore.postgresql", "aspire.npgsql.entityframeworkcore.postgresql"],
    ),
    ("data.postgres", "ruby", &["pg"]),
    ("data.redis", "python", &["redis"]),
    ("data.redis", "node", &["redis", "ioredis"]),
    ("data.redis", "rust", &["redis", "fred"]),
    ("data.redis", "go", &["github.com/redis/go-redis", "github.com/redis/rueidis", "github.com/gomodule/redigo"]),
    ("data.redis", "jvm", &["jedis", "lettuce-core", "spring-boot-starter-data-redis"]),
    ("data.redis", "dotnet", &["stackexchange.redis", "aspire.stackexchange.redis"]),
    ("data.redis", "ruby", &["redis"]),
    ("data.redis", "php", &["predis/predis"]),
    ("data.stateful", "node", &["mongoose", "mongodb", "ioredis", "redis"]),
    ("data.stateful", "python", &["pymongo", "motor", "redis", "elasticsearch"]),
    ("data.stateful", "go", &["github.com/redis/go-redis", "go.mongodb.org/mongo-driver"]),
    ("mq", "python", &["pika", "aio-pika", "kafka-python", "confluent-kafka", "aiokafka", "nats-py", "kombu"]),
    ("mq", "node", &["kafkajs", "amqplib", "nats"]),
    ("mq", "rust", &["rdkafka", "lapin", "async-nats", "amqprs"]),
    (
        "mq",
        "go",
        &[
            "github.com/segmentio/kafka-go",
            "github.com/rabbitmq/amqp091-go",
            "github.com/nats-io/nats.go",
            "github.com/ibm/sarama",
        ],
    ),
    ("mq", "elixir", &["broadway_kafka", "amqp", "brod"]),
    ("mq", "jvm", &["spring-kafka", "kafka-clients", "spring-boot-starter-amqp"]),
    ("auth.jwt", "python", &["pyjwt", "python-jose", "authlib", "djangorestframework-simplejwt"]),
    ("auth.jwt", "node", &["jsonwebtoken", "jose", "@nestjs/jwt", "express-jwt", "passport-jwt"]),
    ("auth.jwt", "rust", &["jsonwebtoken"]),
    ("auth.jwt", "go", &["github.com/golang-jwt/jwt"]),
    ("auth.jwt", "jvm", &["jjwt-api", "java-jwt", "nimbus-jose-jwt", "spring-boot-starter-oauth2-resource-server"]),
    ("auth.jwt", "dotnet", &["microsoft.aspnetcore.authentication.jwtbearer"]),
    ("auth.jwt", "ruby", &["jwt"]),
    ("auth.jwt", "php", &["firebase/php-jwt", "tymon/jwt-auth"]),
    (
        "auth.users",
        "python",
        &["django-allauth", "passlib", "pwdlib", "fastapi-users", "flask-login", "argon2-cffi", "bcrypt"],
    ),
    ("auth.users", "node", &["passport", "next-auth", "@auth/core", "bcrypt", "bcryptjs", "argon2", "express-session"]),
    ("auth.users", "jvm", &["spring-boot-starter-security", "spring-security-core"]),
    ("auth.users", "ruby", &["devise"]),
    ("auth.users", "elixir", &["bcrypt_elixir", "argon2_elixir", "pbkdf2_elixir", "ueberauth"]),
    ("auth.users", "php", &["laravel/sanctum", "laravel/fortify", "symfony/security-bundle"]),
    ("auth.users", "dotnet", &["microsoft.aspnetcore.identity.entityframeworkcore"]),
    ("graphql", "python", &["strawberry-graphql", "graphene", "graphene-django", "ariadne"]),
    ("graphql", "node", &["@apollo/server", "apollo-server", "graphql-yoga", "mercurius", "@nestjs/graphql"]),
    ("graphql", "rust", &["async-graphql", "juniper"]),
    ("graphql", "go", &["github.com/99designs/gqlgen"]),
    ("graphql", "elixir", &["absinthe"]),
    ("graphql", "ruby", &["graphql"]),
    ("uploads", "python", &["python-multipart"]),
    ("uploads", "node", &["multer", "busboy", "formidable", "@fastify/multipart"]),
    (
        "ml",
        "python",
        &["torch", "tensorflow", "jax", "scikit-learn", "xgboost", "lightgbm", "transformers", "onnxruntime", "mlflow"],
    ),
    (
        "llm",
        "python",
        &[
            "openai",
            "anthropic",
            "google-genai",
            "mistralai",
            "langchain",
            "llama-index",
            "litellm",
            "ollama",
            "vllm",
            "semantic-kernel",
        ],
    ),
    ("llm", "node", &["openai", "@anthropic-ai/sdk", "@google/genai", "langchain", "ollama", "ai"]),
];

/// Facets of what runs: of a published library they say what others build with it.
const OF_WHAT_RUNS: &[&str] = &["service.", "data.", "mq", "auth.", "graphql", "uploads", "frontend"];

/// Looks at what one manifest depends on.
pub(super) fn look(manifest: &Manifest, gathered: &mut Gathered) {
    let says = |facet: &str| !manifest.published || !OF_WHAT_RUNS.iter().any(|start| facet.starts_with(start));
    let signs = SIGNS.iter().filter(|(facet, language, _)| *language == manifest.language && says(facet));
    for (facet, language, names) in signs {
        let depended = names.iter().find(|name| {
            manifest.depends.contains(**name)
                || (*language == "go" && manifest.depends.iter().any(|known| is_below(known, name)))
        });
        if let Some(name) = depended {
            gathered.sign(facet, &manifest.path, format!("depends on `{name}`"));
        }
    }
}

fn is_below(module: &str, name: &str) -> bool {
    module.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'))
}
