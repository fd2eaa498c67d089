//! Tests of the rules that ask for signs: lines that look like one and are none, each beside a line that is one.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::DEF;
use crate::probe::trial::{count, observe};

/// A rule, a manifest, and the text of a file without a sign and with one.
struct Line {
    rule: &'static str,
    manifest: (&'static str, &'static str),
    path: &'static str,
    none: &'static str,
    sign: &'static str,
}

#[rustfmt::skip]
const LINES: &[Line] = &[
    Line { rule: "rel/degradation", manifest: ("empty.txt", ""), path: "docs/risks.md", none: "| Risk | Answer |\n|---|---|\n| service worker bugs | graceful degradation |\n", sign: "| Dependency | Behaviour when down |\n|---|---|\n| bank | orders wait |\n" },
    Line { rule: "rel/degradation", manifest: ("empty.txt", ""), path: "docs/api_degradation.md", none: "# API degradation runbook\n", sign: "# When the bank is down\n" },
    Line { rule: "auth/csrf", manifest: ("empty.txt", ""), path: "cookies.go", none: "package a\n\nfunc mode(s string) http.SameSite {\n\treturn http.SameSiteLaxMode\n}\n", sign: "package a\n\nvar session = http.Cookie{SameSite: http.SameSiteLaxMode}\n" },
    Line { rule: "auth/session-lifetime", manifest: ("package.json", "{\"dependencies\": {\"express-session\": \"1.0.0\"}}"), path: "src/app.js", none: "app.use(helmet({ hsts: { maxAge: 31536000 } }));\n", sign: "app.use(session({ cookie: { maxAge: 3600000 } }));\n" },
    Line { rule: "auth/session-lifetime", manifest: ("package.json", "{\"dependencies\": {\"jose\": \"1.0.0\"}}"), path: "src/invite.ts", none: "show(invite.expiresAt);\n", sign: "new SignJWT(claims).setExpirationTime(\"1h\");\n" },
    Line { rule: "auth/session-lifetime", manifest: ("go.mod", "module shop\n\ngo 1.24\n\nrequire (\n\tgithub.com/gorilla/sessions v1.0.0\n)\n"), path: "main.go", none: "package a\n\nfunc a() {\n\tconfig.LDAP.Timeout = 5\n\tlogs.Rotate()\n\tsession.Options.MaxAge = -1\n}\n", sign: "package a\n\nfunc a() {\n\tsession.Options.MaxAge = 3600\n}\n" },
    Line { rule: "auth/session-lifetime", manifest: ("Cargo.toml", "[dependencies]\ntower-sessions = \"1\"\n"), path: "src/main.rs", none: "fn a() { list.rotate_left(1); }\n", sign: "fn a() { rotate_session(&session); }\n" },
    Line { rule: "config/validated-at-startup", manifest: ("package.json", "{\"dependencies\": {\"zod\": \"1.0.0\"}}"), path: "src/config.ts", none: "const live = JSON.parse(process.env.LIVE);\n", sign: "const config = schema.parse(process.env);\n" },
    Line { rule: "config/validated-at-startup", manifest: ("Cargo.toml", "[dependencies]\nclap = \"1\"\n"), path: "src/main.rs", none: "struct A {\n    #[arg(long = \"command-from-env\")]\n    a: bool,\n}\n", sign: "struct A {\n    #[arg(long, env)]\n    a: bool,\n}\n" },
    Line { rule: "config/validated-at-startup", manifest: ("Cargo.toml", "[dependencies]\nfigment = \"1\"\n"), path: "src/main.rs", none: "fn a() { page.extract(&urls); }\n", sign: "fn a() { let c: Config = figment.extract()?; }\n" },
    Line { rule: "data/backups", manifest: ("empty.txt", ""), path: "deploy/release.yml", none: "env:\n  S3_BUCKET: releases\n", sign: "env:\n  BACKUP_S3_BUCKET: copies\n" },
    Line { rule: "data/durable-and-protected", manifest: ("empty.txt", ""), path: "main.tf", none: "resource \"aws_elasticache_subnet_group\" \"a\" {}\n", sign: "resource \"aws_elasticache_replication_group\" \"a\" {}\n" },
    Line { rule: "data/pool-and-timeouts", manifest: ("Cargo.toml", "[dependencies]\nsqlx = \"1\"\nreqwest = \"1\"\n"), path: "src/main.rs", none: "fn a() { reqwest::Client::builder().connect_timeout(T); }\n", sign: "fn a() { PgPoolOptions::new().acquire_timeout(T); }\n" },
    Line { rule: "data/pool-and-timeouts", manifest: ("go.mod", "module shop\n\ngo 1.24\n\nrequire (\n\tgithub.com/jackc/pgx/v5 v1.0.0\n)\n"), path: "main.go", none: "package a\n\nfunc a() {\n\tctx, cancel := context.WithTimeout(ctx, second)\n\tdefer cancel()\n\tclient.GetAds(ctx, request)\n}\n", sign: "package a\n\nfunc a() {\n\tctx, cancel := context.WithTimeout(ctx, second)\n\tdefer cancel()\n\tdb.QueryContext(ctx, query)\n}\n" },
    Line { rule: "data/pool-and-timeouts", manifest: ("empty.txt", ""), path: "envoy.yaml", none: "connect_timeout: '0.25s'\n", sign: "url: postgres://db/shop?connect_timeout=5\n" },
    Line { rule: "gov/audit-log", manifest: ("requirements.txt", "django==1.0\n"), path: "shop/a.py", none: "entries = AuditLog.get_audit_log(instance)\nauditlog.unregister(Document)\n", sign: "audit_log.record(user, action)\n" },
    Line { rule: "ml/drift-monitoring", manifest: ("requirements.txt", "langsmith==1.0\n"), path: "shop/a.py", none: "atexit.register(stop)\n", sign: "@traceable\ndef answer(): ...\n" },
    Line { rule: "ml/evaluation-gate", manifest: ("empty.txt", ""), path: ".github/workflows/ci.yml", none: "jobs:\n  a:\n    steps:\n      - run: scan --failure-threshold high --cov-fail-under=30\n", sign: "jobs:\n  a:\n    steps:\n      - run: check --min-accuracy 0.9\n" },
    Line { rule: "ml/inference-limits", manifest: ("requirements.txt", "torch==1.0\n"), path: "shop/a.py", none: "scheduler = WarmupParamScheduler(a)\nwarmup_cache_at_start()\n", sign: "warmup_model()\n" },
    Line { rule: "ml/llm-safeguards", manifest: ("package.json", "{\"dependencies\": {\"openai\": \"1.0.0\", \"zod\": \"1.0.0\"}}"), path: "src/a.ts", none: "const user = { role: row.role };\nconst form = Form.safeParse(data);\n", sign: "const messages = [{ role: \"system\", content: rules }];\n" },
    Line { rule: "ml/llm-safeguards", manifest: ("requirements.txt", "openai==1.0\nfastapi==1.0\npydantic==1.0\n"), path: "shop/a.py", none: "class User:\n    role: str\n\n@app.get(\"/\", response_model=User)\ndef a(): return User.model_validate(row)\n", sign: "answer = Answer.model_validate_json(completion.text)\n" },
    Line { rule: "ml/reproducible-pipeline", manifest: ("empty.txt", ""), path: "shop/a.py", none: "from sklearn.preprocessing import LabelBinarizer\nfrom torchvision.transforms import transforms\n", sign: "from shop.common.features import basket\n" },
    Line { rule: "ml/rollback", manifest: ("empty.txt", ""), path: "compose.yaml", none: "volumes:\n  - \"./models:/opt/shop/models:ro\"\n", sign: "env:\n  MODEL: \"models:/prices@champion\"\n" },
    Line { rule: "ml/rollback", manifest: ("empty.txt", ""), path: "CHANGELOG.md", none: "## Reverts\n\n```\nabc\n```\n", sign: "## Rollback\n\n```\nmake rollback\n```\n" },
    Line { rule: "obs/error-tracking", manifest: ("requirements.txt", "ddtrace==1.0\ngevent==1.0\n"), path: "shop/a.py", none: "from gevent import monkey\nmonkey.patch_all()\n", sign: "import ddtrace\nddtrace.patch_all()\n" },
    Line { rule: "obs/error-tracking", manifest: ("empty.txt", ""), path: "src/a.ts", none: "const a = { releaseReason: options.releaseReason, b: options.environment };\n", sign: "options.release = version;\n" },
    Line { rule: "obs/tracing", manifest: ("requirements.txt", "ddtrace==1.0\ngevent==1.0\n"), path: "shop/a.py", none: "from gevent import monkey\nmonkey.patch_all()\n", sign: "import ddtrace\nddtrace.patch_all()\n" },
    Line { rule: "obs/tracing", manifest: ("package.json", "{\"dependencies\": {\"@sentry/node\": \"1.0.0\"}}"), path: "src/a.ts", none: "Sentry.init({ tracesSampleRate: 0 });\n", sign: "Sentry.init({ tracesSampleRate: 0.1 });\n" },
    Line { rule: "obs/tracing", manifest: ("go.mod", "module shop\n\ngo 1.24\n\nrequire (\n\tgo.opentelemetry.io/otel/sdk v1.0.0\n)\n"), path: "main.go", none: "package a\n\nfunc a() {\n\tctx, span := tracer.Start(ctx, \"pay\")\n}\n", sign: "package a\n\nfunc a() {\n\tprovider := sdktrace.NewTracerProvider()\n}\n" },
    Line { rule: "obs/metrics-in-code", manifest: ("empty.txt", ""), path: "ci.yml", none: "run: newrelic-admin validate-config newrelic.ini\n", sign: "command: newrelic-admin run-program gunicorn shop\n" },
    Line { rule: "obs/metrics-in-code", manifest: ("empty.txt", ""), path: "releasenotes/a.yaml", none: "fixes:\n  - Starts below ``ddtrace-run`` again.\n", sign: "command: ddtrace-run gunicorn shop\n" },
    Line { rule: "obs/metrics-in-code", manifest: ("shop.csproj", "<Project><ItemGroup><PackageReference Include=\"OpenTelemetry.Exporter.OpenTelemetryProtocol\" Version=\"1.0\" /></ItemGroup></Project>"), path: "Program.cs", none: "builder.WithLogging(logging => logging.AddOtlpExporter());\n", sign: "builder.WithMetrics(metrics => metrics.AddOtlpExporter());\n" },
    Line { rule: "obs/slo", manifest: ("empty.txt", ""), path: "docs/finance.md", none: "Columns: budget allocated, budget spent.\n", sign: "Where the error budget is spent features wait.\n" },
    Line { rule: "obs/structured-logs", manifest: ("Cargo.toml", "[dependencies]\ntracing-subscriber = \"1\"\n"), path: "src/main.rs", none: "fn a() { command.stdout(Stdio::null()); }\n", sign: "fn a() { layer.with_writer(std::io::stdout); }\n" },
    Line { rule: "input/body-limits", manifest: ("package.json", "{\"dependencies\": {\"express\": \"1.0.0\", \"multer\": \"1.0.0\"}}"), path: "src/a.ts", none: "res.json({ page, limit });\nconstructor(private fileSize: FileSizePipe) {}\n", sign: "app.use(express.json({ limit: \"1mb\" }));\n" },
    Line { rule: "rel/server-limits", manifest: ("package.json", "{\"dependencies\": {\"pg\": \"1.0.0\"}}"), path: "src/a.ts", none: "const pool = { maxConnections: 5 };\nconst dev = await vite.createServer(config);\n", sign: "server.maxConnections = 500;\n" },
    Line { rule: "rel/server-limits", manifest: ("Gemfile", "gem 'puma'\n"), path: "app/a.rb", none: "@workers = Worker.order(:name)\n", sign: "workers 2\n" },
    Line { rule: "rel/graceful-shutdown", manifest: ("empty.txt", ""), path: "shop/a.py", none: "signal.signal(signal.SIGTERM, signal.SIG_DFL)\n", sign: "signal.signal(signal.SIGTERM, stop)\n" },
    Line { rule: "tests/integration-level", manifest: ("requirements.txt", "psycopg==1.0\ndjango==1.0\n"), path: "tests/test_a.py", none: "class A(unittest.TestCase):\n    box = SpanContainer(tracer)\n", sign: "class A(TestCase):\n    pass\n" },
    Line { rule: "tests/integration-level", manifest: ("empty.txt", ""), path: "src/test/java/ATest.java", none: "import okhttp3.OkHttpClient;\n", sign: "class ATest { void a() { client.newCall(request); } }\n" },
    Line { rule: "api/health-in-code", manifest: ("empty.txt", ""), path: "src/main/java/A.java", none: "class A { void a() { map.add(\"status\", errors.get(\"status\")); } }\n", sign: "class A {\n  @GetMapping(\"/health\")\n  void a() {}\n}\n" },
    Line { rule: "api/health-in-code", manifest: ("empty.txt", ""), path: "cli.py", none: "if args.command == \"health-check\":\n    check()\n", sign: "if path == \"/health\":\n    ok()\n" },
    Line { rule: "api/idempotency", manifest: ("requirements.txt", "flask==1.0\n"), path: "shop/a.py", none: "processed_message = clean(message)\n", sign: "processed_message_ids.add(message.id)\n" },
    Line { rule: "obs/synthetic-monitoring", manifest: ("empty.txt", ""), path: "src/a.ts", none: "show({ type: 'browser', location: [a, b] });\n", sign: "new BrowserCheck('login', { code });\n" },
    Line { rule: "auth/session-lifetime", manifest: ("requirements.txt", "fastapi==1.0\n"), path: "shop/a.py", none: "response.set_cookie(\"theme\", theme, max_age=99)\n", sign: "response.set_cookie(\"session\", key, max_age=3600)\n" },
    Line { rule: "auth/session-lifetime", manifest: ("go.mod", "module shop\n\ngo 1.24\n\nrequire (\n\tgithub.com/golang-jwt/jwt/v5 v1.0.0\n)\n"), path: "main.go", none: "package a\n\nvar invitation = Invitation{ExpiresAt: tomorrow}\n", sign: "package a\n\nvar claims = jwt.RegisteredClaims{ExpiresAt: tomorrow}\n" },
    Line { rule: "auth/session-lifetime", manifest: ("package.json", "{\"dependencies\": {\"express\": \"1.0.0\"}}"), path: "src/a.ts", none: "await api.post(\"/logout\");\n", sign: "router.post(\"/logout\", end);\n" },
    Line { rule: "auth/session-lifetime", manifest: ("requirements.txt", "flask==1.0\n"), path: "shop/a.py", none: "session.pop(\"cart\", None)\n", sign: "session.pop(\"user_id\", None)\n" },
    Line { rule: "ml/inference-limits", manifest: ("requirements.txt", "transformers==1.0\ndjango==1.0\n"), path: "shop/a.py", none: "name = models.CharField(max_length=255)\n", sign: "batch = tokenizer(texts, max_length=512)\n" },
    Line { rule: "ml/inference-limits", manifest: ("requirements.txt", "openai==1.0\nrequests==1.0\n"), path: "shop/a.py", none: "requests.get(url, timeout=5)\n", sign: "client = OpenAI(timeout=20)\n" },
    Line { rule: "ml/inference-limits", manifest: ("package.json", "{\"dependencies\": {\"openai\": \"1.0.0\"}}"), path: "src/a.ts", none: "await fetch(url, { signal: AbortSignal.timeout(500) });\n", sign: "const client = new OpenAI({ timeout: 20_000 });\n" },
    Line { rule: "ml/inference-limits", manifest: ("requirements.txt", "fastapi==1.0\n"), path: "shop/a.py", none: "@asynccontextmanager\nasync def lifespan(app):\n    await database.connect()\n    yield\n", sign: "@asynccontextmanager\nasync def lifespan(app):\n    app.state.model = load()\n    yield\n" },
    Line { rule: "ml/llm-safeguards", manifest: ("requirements.txt", "openai==1.0\n"), path: "shop/a.py", none: "tools = [\"hammer\"]\npage_all(tags=tags, tools=tools)\n", sign: "client.responses.create(tools=ALLOWED)\n" },
    Line { rule: "ml/llm-safeguards", manifest: ("package.json", "{\"dependencies\": {\"openai\": \"1.0.0\"}}"), path: "src/a.ts", none: "type Shed = { tools: number };\n", sign: "client.responses.create({ input, tools: allowedTools });\n" },
    Line { rule: "auth/authorisation-tests", manifest: ("empty.txt", ""), path: "tests/test_a.py", none: "account2 = open_account()\n", sign: "other_user = make_user()\n" },
    Line { rule: "data/pool-and-timeouts", manifest: ("requirements.txt", "psycopg==1.0\nredis==1.0\n"), path: "shop/a.py", none: "pool = redis.ConnectionPool(host=\"cache\")\n", sign: "pool = ConnectionPool(url)\n" },
    Line { rule: "data/pool-and-timeouts", manifest: ("empty.txt", ""), path: "src/main/java/A.java", none: "class A { void a() { executor.setMaximumPoolSize(4); jedisConfig.setMaxTotal(8); client.setConnectionTimeout(5); } }\n", sign: "class A { void a() { dataSource.setMaximumPoolSize(4); } }\n" },
    Line { rule: "data/pool-and-timeouts", manifest: ("empty.txt", ""), path: "application.yml", none: "kafka:\n  connection-timeout: 5s\n", sign: "spring:\n  datasource:\n    hikari:\n      connection-timeout: 5000\n" },
    Line { rule: "data/pool-and-timeouts", manifest: ("package.json", "{\"dependencies\": {\"mysql2\": \"1.0.0\", \"ioredis\": \"1.0.0\"}}"), path: "src/a.ts", none: "new Redis({ connectTimeout: 500 });\n", sign: "mysql.createPool({ connectTimeout: 500 });\n" },
    Line { rule: "auth/csrf", manifest: ("empty.txt", ""), path: "shop/a.py", none: "response.set_cookie(\"theme\", theme, samesite=\"lax\")\n", sign: "response.set_cookie(\"session\", key, samesite=\"lax\")\n" },
    Line { rule: "obs/alert-routing", manifest: ("empty.txt", ""), path: "main.tf", none: "command = \"watchdog --device /dev/watchdog\"\n", sign: "alertname = \"Watchdog\"\n" },
    Line { rule: "release/signed-provenance", manifest: ("empty.txt", ""), path: ".github/workflows/release.yml", none: "permissions:\n  attestations: write\n", sign: "jobs:\n  a:\n    steps:\n      - uses: actions/attest-build-provenance@v2\n" },
    Line { rule: "tests/integration-level", manifest: ("empty.txt", ""), path: "spec/a_spec.rb", none: "Rack.new(get(\"x\"))\nurl = ENV.get \"/x\"\n", sign: "before { get \"/orders\" }\n" },
    Line { rule: "tests/integration-level", manifest: ("empty.txt", ""), path: "tests/ATest.php", none: "<?php\n$this->container->get('mailer');\n", sign: "<?php\n$this->get('/orders');\n" },
];

/// The parameters of each probe `signs` of a rule.
fn parameters(rule: &str) -> Vec<String> {
    let lines: Vec<&str> = crate::catalog::text(rule).unwrap().lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let below = |at: usize| {
        let inside = |line: &&&str| line.trim().is_empty() || indent(line) > indent(lines[at]);
        let block = lines[at + 1..].iter().take_while(inside);
        block.map(|line| line.get(indent(lines[at]) + 2..).unwrap_or_default()).collect::<Vec<_>>().join("\n")
    };
    (0..lines.len()).filter(|at| lines[*at].trim().trim_start_matches("- ") == "signs:").map(below).collect()
}

fn seen(line: &Line, text: &str) -> i64 {
    let files = [line.manifest, (line.path, text)];
    parameters(line.rule).iter().map(|yaml| count(&observe(&DEF, yaml, &files), "seen").unwrap_or(0)).sum()
}

#[test]
fn what_looks_like_a_sign_and_is_none_does_not_count() {
    let mut wrong = Vec::new();
    for line in LINES {
        if seen(line, line.none) > 0 {
            wrong.push(format!("{}: {:?} is no sign", line.rule, line.none));
        }
        if seen(line, line.sign) == 0 {
            wrong.push(format!("{}: {:?} is a sign", line.rule, line.sign));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_level_of_what_builds_is_none_of_the_application() {
    let text = "build({ logLevel: \"info\" });\n";
    let line = |path| Line { rule: "obs/structured-logs", manifest: ("empty.txt", ""), path, none: "", sign: text };
    assert_eq!((seen(&line("esbuild.config.js"), text), seen(&line("src/server.js"), text)), (0, 1));
}
