//! What a Python import name means: the standard library's modules, and distributions whose import name differs from
//! theirs. Data only.

/// Modules of the standard library of any supported Python 3, and those that recent releases removed.
#[rustfmt::skip]
pub(super) const STANDARD: &[&str] = &[
    "__future__", "__main__", "_thread", "_typeshed", "abc", "aifc", "annotationlib", "antigravity", "argparse",
    "array", "ast", "asynchat", "asyncio", "asyncore", "atexit", "audioop", "base64", "bdb", "binascii", "binhex",
    "bisect", "builtins", "bz2", "cProfile", "calendar", "cgi", "cgitb", "chunk", "cmath", "cmd", "code",
    "codecs", "codeop", "collections", "colorsys", "compileall", "compression", "concurrent", "configparser",
    "contextlib", "contextvars", "copy", "copyreg", "crypt", "csv", "ctypes", "curses", "dataclasses", "datetime",
    "dbm", "decimal", "difflib", "dis", "distutils", "doctest", "dummy_threading", "email", "encodings",
    "ensurepip", "enum", "errno", "faulthandler", "fcntl", "filecmp", "fileinput", "fnmatch", "formatter",
    "fractions", "ftplib", "functools", "gc", "genericpath", "getopt", "getpass", "gettext", "glob", "graphlib",
    "grp", "gzip", "hashlib", "heapq", "hmac", "html", "http", "idlelib", "imaplib", "imghdr", "imp", "importlib",
    "inspect", "io", "ipaddress", "itertools", "json", "keyword", "lib2to3", "linecache", "locale", "logging",
    "lzma", "macpath", "mailbox", "mailcap", "marshal", "math", "mimetypes", "mmap", "modulefinder", "msilib",
    "msvcrt", "multiprocessing", "netrc", "nis", "nntplib", "nt", "ntpath", "nturl2path", "numbers", "opcode",
    "operator", "optparse", "os", "ossaudiodev", "parser", "pathlib", "pdb", "pickle", "pickletools", "pipes",
    "pkgutil", "platform", "plistlib", "poplib", "posix", "posixpath", "pprint", "profile", "pstats", "pty",
    "pwd", "py_compile", "pyclbr", "pydoc", "pydoc_data", "pyexpat", "queue", "quopri", "random", "re",
    "readline", "reprlib", "resource", "rlcompleter", "runpy", "sched", "secrets", "select", "selectors",
    "shelve", "shlex", "shutil", "signal", "site", "smtpd", "smtplib", "sndhdr", "socket", "socketserver", "spwd",
    "sqlite3", "sre_compile", "sre_constants", "sre_parse", "ssl", "stat", "statistics", "string", "stringprep",
    "struct", "subprocess", "sunau", "symbol", "symtable", "sys", "sysconfig", "syslog", "tabnanny", "tarfile",
    "telnetlib", "tempfile", "termios", "textwrap", "this", "threading", "time", "timeit", "tkinter", "token",
    "tokenize", "tomllib", "trace", "traceback", "tracemalloc", "tty", "turtle", "turtledemo", "types", "typing",
    "unicodedata", "unittest", "urllib", "uu", "uuid", "venv", "warnings", "wave", "weakref", "webbrowser",
    "winreg", "winsound", "wsgiref", "xdrlib", "xml", "xmlrpc", "zipapp", "zipfile", "zipimport", "zlib",
    "zoneinfo",
];

/// Import names whose distribution has another name, as the distributions' own metadata say. Several may do.
#[rustfmt::skip]
pub(super) const DISTRIBUTIONS: &[(&str, &[&str])] = &[
    ("bs4", &["beautifulsoup4"]), ("cv2", &["opencv-python", "opencv-python-headless", "opencv-contrib-python"]), ("yaml", &["pyyaml"]),
    ("PIL", &["pillow", "pillow-simd"]), ("sklearn", &["scikit-learn"]), ("skimage", &["scikit-image"]), ("dateutil", &["python-dateutil"]),
    ("dotenv", &["python-dotenv"]), ("jwt", &["pyjwt"]), ("jose", &["python-jose"]), ("multipart", &["python-multipart"]), ("magic", &["python-magic"]),
    ("slugify", &["python-slugify", "awesome-slugify"]), ("decouple", &["python-decouple"]), ("telegram", &["python-telegram-bot"]),
    ("docx", &["python-docx"]), ("pptx", &["python-pptx"]), ("ldap", &["python-ldap"]), ("Levenshtein", &["python-levenshtein", "levenshtein"]),
    ("crontab", &["python-crontab"]), ("gitlab", &["python-gitlab"]), ("consul", &["python-consul"]), ("jenkins", &["python-jenkins"]),
    ("psycopg2", &["psycopg2", "psycopg2-binary"]), ("psycopg", &["psycopg", "psycopg-binary"]), ("psycopg_pool", &["psycopg-pool", "psycopg"]), ("MySQLdb", &["mysqlclient"]),
    ("pymysql", &["pymysql"]), ("Crypto", &["pycryptodome", "pycrypto"]), ("Cryptodome", &["pycryptodomex"]), ("OpenSSL", &["pyopenssl"]), ("nacl", &["pynacl"]),
    ("zmq", &["pyzmq"]), ("serial", &["pyserial"]), ("usb", &["pyusb"]), ("git", &["gitpython"]), ("github", &["pygithub"]), ("attr", &["attrs"]), ("attrs", &["attrs"]),
    ("pkg_resources", &["setuptools"]), ("setuptools", &["setuptools"]), ("mpl_toolkits", &["matplotlib"]), ("pylab", &["matplotlib"]), ("markdown", &["markdown"]),
    ("rest_framework", &["djangorestframework"]), ("rest_framework_simplejwt", &["djangorestframework-simplejwt"]), ("corsheaders", &["django-cors-headers"]),
    ("django_filters", &["django-filter"]), ("debug_toolbar", &["django-debug-toolbar"]), ("environ", &["django-environ", "environ-config"]), ("allauth", &["django-allauth"]),
    ("storages", &["django-storages"]), ("guardian", &["django-guardian"]), ("mptt", &["django-mptt"]), ("taggit", &["django-taggit"]), ("whitenoise", &["whitenoise"]),
    ("drf_spectacular", &["drf-spectacular"]), ("drf_yasg", &["drf-yasg"]), ("channels", &["channels"]), ("crispy_forms", &["django-crispy-forms"]), ("import_export", &["django-import-export"]),
    ("auditlog", &["django-auditlog"]), ("django_redis", &["django-redis"]), ("compressor", &["django-compressor"]), ("tagulous", &["django-tagulous"]), ("reversion", &["django-reversion"]),
    ("flask_sqlalchemy", &["flask-sqlalchemy"]), ("flask_login", &["flask-login"]), ("flask_migrate", &["flask-migrate"]), ("flask_cors", &["flask-cors"]), ("flask_wtf", &["flask-wtf"]),
    ("wtforms", &["wtforms"]), ("jinja2", &["jinja2"]), ("markupsafe", &["markupsafe"]), ("google", &["protobuf", "google-auth", "google-api-python-client"]),
    ("googleapiclient", &["google-api-python-client"]), ("google_auth_oauthlib", &["google-auth-oauthlib"]), ("grpc", &["grpcio"]), ("grpc_status", &["grpcio-status"]), ("grpc_health", &["grpcio-health-checking"]),
    ("azure", &["azure-core", "azure-identity"]), ("OpenGL", &["pyopengl"]), ("win32com", &["pywin32"]), ("win32api", &["pywin32"]), ("pythoncom", &["pywin32"]), ("wx", &["wxpython"]),
    ("gi", &["pygobject"]), ("cairo", &["pycairo"]), ("fitz", &["pymupdf"]), ("pypdf2", &["pypdf2"]), ("PyPDF2", &["pypdf2"]), ("lxml", &["lxml"]), ("ruamel", &["ruamel.yaml", "ruamel-yaml"]),
    ("zope", &["zope.interface", "zope-interface"]), ("kafka", &["kafka-python", "kafka-python-ng"]), ("confluent_kafka", &["confluent-kafka"]), ("nats", &["nats-py"]), ("stan", &["asyncio-nats-streaming"]),
    ("discord", &["discord-py", "py-cord"]), ("slack_sdk", &["slack-sdk"]), ("slack", &["slackclient"]), ("twilio", &["twilio"]), ("socketio", &["python-socketio"]), ("engineio", &["python-engineio"]),
    ("websocket", &["websocket-client"]), ("sentry_sdk", &["sentry-sdk"]), ("prometheus_client", &["prometheus-client"]), ("pythonjsonlogger", &["python-json-logger"]), ("memcache", &["python-memcached"]),
    ("pymemcache", &["pymemcache"]), ("pylibmc", &["pylibmc"]), ("MeCab", &["mecab-python3"]), ("jieba", &["jieba"]), ("faiss", &["faiss-cpu", "faiss-gpu"]), ("torch", &["torch"]), ("tensorflow", &["tensorflow", "tensorflow-cpu", "tensorflow-gpu"]),
    ("keras", &["keras", "tensorflow"]), ("sentence_transformers", &["sentence-transformers"]), ("llama_index", &["llama-index", "llama-index-core"]), ("langchain_core", &["langchain-core", "langchain"]),
    ("langchain_community", &["langchain-community"]), ("langchain_openai", &["langchain-openai"]), ("pinecone", &["pinecone", "pinecone-client"]), ("chromadb", &["chromadb", "chromadb-client"]),
    ("dns", &["dnspython"]), ("OpenSSL_crypto", &["pyopenssl"]), ("ulid", &["python-ulid", "ulid-py"]), ("uuid6", &["uuid6"]), ("editor", &["python-editor"]), ("apscheduler", &["apscheduler"]), ("snowflake", &["snowflake-connector-python"]),
    ("mysql", &["mysql-connector-python", "mysql-connector"]), ("pyodbc", &["pyodbc"]), ("cx_Oracle", &["cx-oracle"]), ("bson", &["pymongo"]), ("gridfs", &["pymongo"]), ("motor", &["motor"]), ("elasticsearch_dsl", &["elasticsearch-dsl"]),
    ("factory", &["factory-boy"]), ("faker", &["faker"]), ("_pytest", &["pytest"]), ("pytest", &["pytest"]), ("responses", &["responses"]), ("freezegun", &["freezegun"]), ("testcontainers", &["testcontainers"]),
    ("typing_extensions", &["typing-extensions"]), ("email_validator", &["email-validator"]), ("phonenumbers", &["phonenumbers"]), ("phonenumber_field", &["django-phonenumber-field"]), ("pydantic_settings", &["pydantic-settings"]),
    ("ibm_db", &["ibm-db"]), ("haystack", &["django-haystack", "haystack-ai", "farm-haystack"]), ("whoosh", &["whoosh"]), ("bleach", &["bleach"]), ("cssselect", &["cssselect"]), ("tree_sitter", &["tree-sitter"]), ("usaddress", &["usaddress"]),
    ("shapely", &["shapely"]), ("osgeo", &["gdal"]), ("fiona", &["fiona"]), ("geopandas", &["geopandas"]), ("igraph", &["python-igraph", "igraph"]), ("umap", &["umap-learn"]), ("hdbscan", &["hdbscan"]), ("imblearn", &["imbalanced-learn"]),
    ("statsmodels", &["statsmodels"]), ("talib", &["ta-lib"]), ("ta", &["ta"]), ("yfinance", &["yfinance"]), ("ccxt", &["ccxt"]), ("binance", &["python-binance"]), ("Xlib", &["python-xlib"]), ("pynput", &["pynput"]), ("pyaudio", &["pyaudio"]), ("speech_recognition", &["speechrecognition"]),
];

/// Packages that are imported by their own name and that nobody writes by accident: known without a look at an index.
#[rustfmt::skip]
pub(super) const SAME_NAME: &[&str] = &[
    "aiofiles", "aiohttp", "alembic", "anthropic", "anyio", "arrow", "asyncpg", "bcrypt", "boto3", "botocore", "cachetools", "celery", "certifi", "cffi", "chardet", "click", "colorama", "cryptography",
    "django", "dramatiq", "fastapi", "flask", "gevent", "gunicorn", "h11", "httpx", "humanize", "itsdangerous", "jsonschema", "kombu", "langchain", "langgraph", "litellm", "loguru", "lxml", "mako", "matplotlib",
    "minio", "mongoengine", "msgpack", "networkx", "nltk", "numba", "numpy", "oauthlib", "openai", "openpyxl", "orjson", "pandas", "paramiko", "passlib", "peewee", "pendulum", "pika", "plotly", "polars", "psutil",
    "pyarrow", "pydantic", "pygments", "pymongo", "pytz", "redis", "regex", "reportlab", "requests", "rich", "rq", "scipy", "scrapy", "seaborn", "selenium", "simplejson", "six", "spacy", "sqlalchemy", "sqlmodel",
    "starlette", "streamlit", "stripe", "structlog", "sympy", "tabulate", "tenacity", "tiktoken", "toml", "tomlkit", "tornado", "tqdm", "transformers", "typer", "ujson", "unidecode", "urllib3", "uvicorn", "uvloop", "waitress",
    "weasyprint", "websockets", "werkzeug", "xgboost", "lightgbm", "xlrd", "xlsxwriter", "xmltodict", "yarl", "zeep",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_module_is_both_standard_and_from_elsewhere() {
        for name in DISTRIBUTIONS.iter().map(|(name, _)| name).chain(SAME_NAME) {
            assert!(!STANDARD.contains(name), "{name}");
        }
        assert!(STANDARD.windows(2).all(|pair| pair[0] < pair[1]), "STANDARD is sorted");
    }
}
