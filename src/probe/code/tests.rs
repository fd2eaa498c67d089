//! Tests of probe `code` over small trees.

#![allow(clippy::unwrap_used, reason = "tests")]

use crate::model::{Fact, Observation};
use crate::probe::trial::{count, observe as look};

fn observe(files: &[(&str, &str)]) -> Observation {
    look(&super::DEF, "{}", files)
}

pub(super) fn one(fact: &str, path: &str, text: &str) -> Option<i64> {
    count(&observe(&[(path, text), ("src/other.rs", "fn a() {}\n")]), fact)
}

#[test]
fn stubs_count_in_shipped_code_and_not_in_tests_or_prose() {
    for (path, text, expected) in [
        ("src/a.rs", "fn a() { todo!() }\n", 1),
        ("src/a.rs", "// todo!()\nfn a() -> &'static str { \"todo!()\" }\n", 0),
        ("src/a.rs", "#[cfg(test)]\nmod tests { fn a() { todo!() } }\n", 0),
        ("src/a.rs", "fn a() { unimplemented!() }\n", 1),
        ("tests/a.rs", "fn a() { todo!() }\n", 0),
        ("a.py", "def pay(order):\n    raise NotImplementedError\n", 1),
        (
            "a.py",
            "class A:\n    def pay(self):\n        raise NotImplementedError\nclass B(A):\n    def pay(self):\n        return 1\n",
            0,
        ),
        (
            "a.py",
            "class A:\n    @property\n    @abc.abstractmethod\n    def pay(self):\n        \"\"\"Pays.\"\"\"\n        raise NotImplementedError\n",
            0,
        ),
        ("a.py", "class A:\n    @cached\n    def pay(self):\n        raise NotImplementedError\n", 1),
        ("src/a.rs", "fn a() { panic!(\"not implemented yet\") }\n", 1),
        ("src/a.rs", "fn a() { panic!(\"no such order\") }\n", 0),
        ("a.kt", "fun a(): Int = throw NotImplementedError()\n", 1),
        ("a.go", "package a\nfunc A() { panic(\"not implemented\") }\n", 1),
        ("a.go", "package a\nfunc A() { panic(\"impossible\") }\n", 0),
        ("a.ts", "function pay() {\n  throw new Error('Not implemented yet');\n}\n", 1),
        (
            "a.ts",
            "class A {\n  pay() {\n    throw new Error('Not implemented');\n  }\n}\nclass B extends A {\n  pay() {\n    return 1;\n  }\n}\n",
            0,
        ),
        ("A.java", "class A {\n  void a() {\n    throw new UnsupportedOperationException();\n  }\n}\n", 0),
        ("A.cs", "class A { void B() { throw new NotImplementedException(); } }\n", 1),
        ("A.cs", "class A { void B() { throw new NotImplementedException(\"Back is not supported\"); } }\n", 0),
        ("a.rb", "def a\n  raise NotImplementedError\nend\n", 0),
        ("a.py", "def pay(kind):\n    raise NotImplementedError(f\"unexpected kind: {kind}\")\n", 0),
        ("a.py", "def pay(kind):\n    raise NotImplementedError(\"to be implemented\")\n", 1),
        ("a.ts", "export function notImplemented() {\n  throw new Error('Not implemented.');\n}\n", 0),
    ] {
        assert_eq!(one("stubs", path, text), Some(expected), "{path}: {text}");
    }
}

#[test]
fn debugger_calls_count_and_methods_of_the_same_name_do_not() {
    for (path, text, expected) in [
        ("a.py", "x = 1\nbreakpoint()\n", 1),
        ("a.py", "self.breakpoint()\n", 0),
        ("a.js", "function a() {\n  debugger;\n}\n", 1),
        ("a.js", "const debugger_on = 1;\n", 0),
        ("a.php", "<?php\nvar_dump($a);\n", 1),
        ("a.php", "<?php\n$this->dd($a);\nfunction dd($x) {}\n", 0),
        ("a.rb", "def a\n  binding.pry\nend\n", 1),
        ("src/b.rs", "fn a() { dbg!(1); }\n", 1),
    ] {
        assert_eq!(one("debug_leftovers", path, text), Some(expected), "{path}: {text}");
    }
}

#[test]
fn certificate_checks_that_an_option_switches_off_are_only_hints() {
    for (path, text, expected) in [
        ("a.py", "import requests\nrequests.get(url, verify=False)\n", 1),
        ("a.py", "jwt.decode(token, verify=False)\n", 0),
        ("a.py", "import requests\nif args.insecure:\n    requests.get(url, verify=False)\n", 0),
        ("a.go", "package a\nvar c = &tls.Config{InsecureSkipVerify: true}\n", 1),
        ("a.go", "package a\nvar c = &tls.Config{InsecureSkipVerify: skip}\n", 0),
        ("a.rs", "fn c() { Client::builder().danger_accept_invalid_certs(true).tls_info(true); }\n", 0),
        ("a.js", "const agent = new https.Agent({ rejectUnauthorized: false });\n", 1),
        ("a.js", "// rejectUnauthorized: false\n", 0),
    ] {
        assert_eq!(one("tls_verification_off", path, text), Some(expected), "{path}: {text}");
    }
}

#[test]
fn placeholders_are_values_and_not_what_a_program_looks_for() {
    for (path, text, expected) in [
        ("a.py", "SECRET_KEY = 'changeme'\n", 1),
        ("a.py", "if SECRET_KEY == 'changeme': warn()\n", 0),
        ("a.js", "const key = \"your-api-key\";\n", 1),
        ("a.jsx", "<input placeholder=\"your-api-key\" />\n", 0),
        ("a.ts", "const passwordPlaceholder = isDemo ? demo.password : 'Your password'\n", 0),
        ("a.ts", "const placeholders: Record<string, string> = {\n  id: 'x',\n  password: 'your_password',\n}\n", 0),
        ("a.js", "const text = \"please change me into a frog\";\n", 0),
    ] {
        assert_eq!(one("placeholders", path, text), Some(expected), "{path}: {text}");
    }
}

#[test]
fn focused_and_skipped_tests_are_looked_for_in_tests_only() {
    let seen = observe(&[
        ("src/a.js", "it.only('x', () => {});\n"),
        ("src/a.test.js", "it('a', () => {});\n  it.only('b', () => {});\nit.skip('c', () => {});\n"),
    ]);
    let facts = ["focused_tests", "skipped_tests", "unexplained_skips", "tests"].map(|fact| count(&seen, fact));
    assert_eq!(facts, [Some(1), Some(1), Some(1), Some(3)]);
}

#[test]
fn a_repository_without_source_leaves_the_facts_of_source_unobserved() {
    let seen = observe(&[("README.md", "# x\n"), ("main.tf", "a = 1\n")]);
    assert_eq!(count(&seen, "files"), Some(0));
    assert!(matches!(seen.facts.get("stubs"), Fact::Unobserved(_)));
    assert_eq!(count(&seen, "conflict_markers"), Some(0));
}

#[test]
fn lines_leave_out_comments_blank_lines_and_tests() {
    let text = "//! doc\n\nfn a() {\n    1;\n}\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn b() {}\n}\n";
    let seen = observe(&[("src/a.rs", text)]);
    assert_eq!((count(&seen, "lines"), count(&seen, "tests")), (Some(3), Some(1)));
}

#[test]
fn tests_in_languages_that_are_not_counted_leave_their_number_open() {
    let tcl = [("src/a.c", "int a;\n"), ("tests/unit/a.tcl", "test {a} {}\n"), ("tests/unit/b.tcl", "")];
    let seen = observe(&tcl);
    assert!(matches!(seen.facts.get("tests"), Fact::Unobserved(why) if why.starts_with("2 files of tests")));
    assert!(matches!(seen.facts.get("test_density"), Fact::Unobserved(_)));
    let both = [("src/a.rs", "fn a() {}\n"), ("tests/a.rs", "#[test]\nfn a() {}\n"), ("tests/a.sh", "")];
    assert_eq!(count(&observe(&both), "tests"), Some(1));
}

#[test]
fn defaults_of_keys_and_passwords_are_found_where_they_would_run() {
    let fact = "default_credentials";
    for (path, text, expected) in [
        ("shop/settings.py", "SECRET_KEY = 'django-insecure-abc'\n", 1),
        ("shop/settings/dev.py", "SECRET_KEY = 'django-insecure-abc'\n", 0),
        ("shop/auth.py", "KEY = os.environ.get('JWT_SECRET', 'secret')\n", 1),
        ("shop/auth.py", "KEY = os.environ.get('JWT_SECRET', '')\n", 0),
        ("shop/auth.py", "FILE = os.environ.get('SECRET_FILE', '/run/secrets/x')\n", 0),
        ("src/auth.js", "const key = process.env.JWT_SECRET || 'secret';\n", 1),
        ("src/auth.js", "const key = process.env.JWT_SECRET;\n", 0),
        ("auth.go", "package a\nvar key = getEnv(\"JWT_SECRET\", \"secret\")\n", 1),
        ("A.java", "class A { @Value(\"${jwt.secret:secret}\") String key; }\n", 1),
        ("config.rb", "KEY = ENV.fetch('SECRET_KEY_BASE', 'abc')\n", 1),
        ("config/app.php", "<?php return ['key' => env('APP_KEY', 'base64:abc')];\n", 1),
        ("A.cs", "class A { string key = configuration[\"Jwt:Secret\"] ?? \"secret\"; }\n", 1),
    ] {
        assert_eq!(one(fact, path, text), Some(expected), "{path}: {text}");
    }
}

#[test]
fn a_generated_file_is_left_out() {
    let seen = observe(&[
        ("a.go", "// Code generated by x. DO NOT EDIT.\nfunc A() { panic(\"TODO\") }\n"),
        ("b.go", "package b\n"),
    ]);
    assert_eq!((count(&seen, "stubs"), count(&seen, "files")), (Some(0), Some(1)));
}

fn counts(fact: &str, cases: &[(&str, &str, i64)]) {
    for (path, text, expected) in cases {
        assert_eq!(one(fact, path, text), Some(*expected), "{fact} in {path}: {text}");
    }
}

#[test]
fn an_error_is_swallowed_only_where_nobody_says_why() {
    counts(
        "swallowed_errors",
        &[
            ("a.py", "try:\n    pay()\nexcept Exception:\n    pass\n", 1),
            ("a.py", "try:\n    pay()\nexcept:\n    pass\n", 1),
            ("a.py", "try:\n    pay()\nexcept Exception as error:\n    # the card is charged later\n    pass\n", 0),
            ("a.py", "try:\n    pay()\nexcept KeyError:\n    pass\n", 0),
            ("a.py", "try:\n    file.close()\nexcept Exception:\n    pass\n", 0),
            ("a.py", "'''\ntry:\n    pay()\nexcept Exception:\n    pass\n'''\n", 0),
            ("a.js", "try { pay(); } catch (e) {}\n", 1),
            ("a.js", "try { pay(); } catch { /* charged later */ }\n", 0),
            ("a.ts", "pay().catch(() => {});\n", 1),
            ("A.java", "try { pay(); } catch (Exception e) { }\n", 1),
            ("A.java", "try { pay(); } catch (Exception ignored) { }\n", 0),
            ("A.cs", "try { Pay(); } catch { }\n", 1),
            ("a.rb", "begin\n  pay\nrescue\nend\n", 1),
            ("a.rb", "begin\n  pay\nrescue => e\n  log e\nend\n", 0),
            ("a.go", "package a\nfunc A() { if err != nil {} }\n", 1),
            ("a.php", "<?php\ntry { pay(); } catch (\\Exception $e) { }\n", 1),
        ],
    );
}

#[test]
fn few_swallowed_errors_are_no_density() {
    let handler = "try:\n    pay()\nexcept Exception:\n    pass\n";
    assert_eq!(one("swallowed_error_density", "a.py", &handler.repeat(3)), Some(0));
    assert_ne!(one("swallowed_error_density", "a.py", &handler.repeat(4)), Some(0));
}

#[test]
fn a_call_without_a_deadline_is_one_whose_library_has_none() {
    counts(
        "calls_without_deadline",
        &[
            ("a.py", "import requests\nrequests.get(url)\n", 1),
            ("a.py", "import requests\nrequests.get(\n    url(')'),\n    timeout=5,\n)\n", 0),
            ("a.py", "import requests\nrequests.get(url, **options)\n", 0),
            ("a.py", "import httpx\nhttpx.get(url)\n", 0),
            ("a.py", "import httpx\nhttpx.get(url, timeout=None)\n", 1),
            ("a.js", "axios.get(url);\n", 1),
            ("a.js", "const api = axios.create({ timeout: 5000 });\naxios.get(url);\n", 0),
            ("src/components/a.tsx", "axios.get(url);\n", 0),
            ("a.go", "package a\nimport \"net/http\"\nfunc A() { http.Get(url) }\n", 1),
            ("a.go", "package a\nimport \"net/http\"\nvar c = &http.Client{Timeout: t}\n", 0),
            ("a.go", "package a\nimport \"net/http\"\nvar c = &http.Client{Transport: t}\n", 1),
            ("a.go", "package a\nfunc A() { http.Get(url) }\n", 0),
            ("src/a.rs", "fn a() { reqwest::Client::new(); }\n", 1),
            ("src/a.rs", "fn a() { reqwest::Client::builder().timeout(t).build(); }\n", 0),
            ("src/a.rs", "use hyper::Client;\nfn a() { Client::new(); }\n", 0),
            ("A.java", "class A { RestTemplate t = new RestTemplate(); }\n", 1),
            ("a.php", "<?php\nuse GuzzleHttp\\Client;\n$c = new Client(['base_uri' => $u]);\n", 1),
            ("a.php", "<?php\nuse GuzzleHttp\\Client;\n$c = new Client(['timeout' => 5]);\n", 0),
        ],
    );
}

#[test]
fn parsers_that_run_what_they_read_count_unless_they_are_made_safe() {
    counts(
        "unsafe_parsers",
        &[
            ("a.py", "yaml.load(text)\n", 1),
            ("a.py", "from shop._yaml import yaml\nyaml.load(text)\n", 0),
            ("a.py", "yaml.load(text, Loader=yaml.SafeLoader)\n", 0),
            ("a.py", "yaml.safe_load(text)\n", 0),
            ("a.py", "pickle.loads(request.body)\n", 1),
            ("a.py", "value = pickle.loads(cache.get(key))\n", 0),
            ("A.java", "Object o = new ObjectInputStream(in).readObject();\n", 1),
            ("A.cs", "var f = new BinaryFormatter();\n", 1),
            ("a.rb", "Marshal.load(params[:x])\n", 1),
            ("a.php", "<?php\nunserialize($_GET['x']);\n", 1),
        ],
    );
}

#[test]
fn queries_and_commands_of_variables_count_and_identifiers_do_not() {
    counts(
        "injections",
        &[
            ("a.py", "db.execute(f\"SELECT * FROM users WHERE id = {user_id}\")\n", 1),
            ("a.py", "db.execute(f\"SELECT * FROM {table} WHERE id = %s\", (user_id,))\n", 0),
            ("a.py", "db.execute(f\"SELECT * FROM {TABLE}\")\n", 0),
            ("a.py", "db.execute(\"SELECT * FROM users WHERE id = %s\" % user_id)\n", 1),
            ("a.py", "db.execute(\"SELECT * FROM users WHERE id = %s\", (user_id,))\n", 0),
            ("a.py", "subprocess.run(f\"tar xf {name}\", shell=True)\n", 1),
            ("a.py", "subprocess.run(f\"tar xf {shlex.quote(name)}\", shell=True)\n", 0),
            ("a.py", "os.system(f\"rm {name}\")\n", 1),
            ("a.js", "db.query(`SELECT * FROM users WHERE id = ${id}`);\n", 1),
            ("a.js", "db.query(sql`SELECT * FROM users WHERE id = ${id}`);\n", 0),
            ("a.go", "package a\nfunc A() { db.Query(fmt.Sprintf(\"SELECT * FROM u WHERE id = %s\", id)) }\n", 1),
            ("a.go", "package a\nfunc A() { db.Query(fmt.Sprintf(\"SELECT * FROM %s\", tableName)) }\n", 0),
            (
                "a.go",
                "package a\nfunc A() { db.ExecContext(ctx, \"DELETE FROM u WHERE \"+strings.Join(where, \" AND \"), args...) }\n",
                0,
            ),
            ("a.rb", "rows.where(\"items.id IN (#{ids.to_sql})\")\n", 0),
            ("A.java", "em.createQuery(\"SELECT u FROM User u WHERE u.name = \" + name);\n", 1),
            ("A.cs", "db.Users.FromSqlRaw($\"SELECT * FROM users WHERE id = {id}\");\n", 1),
            ("a.rb", "User.where(\"name = '#{name}'\")\n", 1),
            ("a.rb", "User.where(\"name = ?\", name)\n", 0),
            ("a.php", "<?php\n$db->query(\"SELECT * FROM users WHERE id = $id\");\n", 1),
        ],
    );
}

#[test]
fn credentials_are_hashed_verified_and_kept_out_of_logs() {
    counts(
        "weak_password_hashes",
        &[
            ("a.py", "hashlib.sha256(password.encode()).hexdigest()\n", 1),
            ("a.py", "hashlib.sha256(body).hexdigest()\n", 0),
            ("a.py", "# pwnedpasswords\nhashlib.sha1(password.encode())\n", 0),
            ("a.php", "<?php\n$h = md5($password);\n", 1),
            ("A.java", "return NoOpPasswordEncoder.getInstance();\n", 1),
            ("a.js", "bcrypt.hash(password, 4);\n", 1),
            ("a.js", "bcrypt.hash(password, 12);\n", 0),
        ],
    );
    counts(
        "unverified_tokens",
        &[
            ("a.py", "jwt.decode(token, options={\"verify_signature\": False})\n", 1),
            ("a.py", "jwt.decode(token, key, algorithms=['HS256'])\n", 0),
            ("a.js", "const jwt = require('jsonwebtoken');\nconst user = jwt.decode(token);\n", 1),
            (
                "a.js",
                "const jwt = require('jsonwebtoken');\nconst { kid } = jwt.decode(token);\njwt.verify(token, keys[kid]);\n",
                0,
            ),
            ("a.go", "package a\nfunc A() { parser.ParseUnverified(token, claims) }\n", 1),
            ("A.cs", "options.RequireSignedTokens = false;\n", 1),
        ],
    );
    counts(
        "sensitive_logs",
        &[
            ("a.py", "logger.info('login of %s', password)\n", 1),
            ("a.py", "logger.info(f'login with {user.password}')\n", 1),
            ("a.py", "logger.info('incorrect username or password')\n", 0),
            ("a.py", "logger.info('wrong (password)')\n", 0),
            ("a.js", "console.log('token', accessToken);\n", 1),
            ("a.go", "package a\nfunc A() { log.Printf(\"login %s\", password) }\n", 1),
            ("a.rb", "logger.info \"login #{user.password}\"\n", 1),
        ],
    );
}

#[test]
fn what_a_release_took_away_counts_unless_the_version_is_looked_at() {
    counts(
        "removed_apis",
        &[
            ("a.py", "from distutils.util import strtobool\n", 1),
            ("a.py", "try:\n    import imp\nexcept ImportError:\n    imp = None\n", 0),
            ("a.py", "from langchain.memory import ConversationBufferMemory\n", 1),
            ("a.py", "from langchain_classic.memory import ConversationBufferMemory\n", 0),
            ("a.py", "from collections import OrderedDict, Mapping\n", 1),
            ("a.py", "from collections.abc import Mapping\n", 0),
            ("a.py", "x = np.float(3)\ny = np.float64(3)\n", 1),
            ("a.rb", "File.exists?(path)\n", 1),
            ("a.php", "<?php\nmysql_query($q);\n$db->mysql_query($q);\n", 1),
        ],
    );
    counts(
        "deprecated_apis",
        &[
            ("a.py", "now = datetime.utcnow()\n", 1),
            ("a.js", "const b = new Buffer('x');\n", 1),
            ("a.go", "package a\nimport (\n\t\"io/ioutil\"\n)\n", 1),
            ("A.java", "Integer i = new Integer(3);\n", 1),
        ],
    );
}

#[test]
fn default_typing_of_a_mapper_is_unsafe_and_that_of_a_security_module_is_not() {
    assert_eq!(one("unsafe_parsers", "A.java", "class A { void a() { mapper.enableDefaultTyping(); } }\n"), Some(1));
    let own = "class A { void a(Context c) { SecurityJackson2Modules.enableDefaultTyping(c.getOwner()); } }\n";
    assert_eq!(one("unsafe_parsers", "A.java", own), Some(0));
}

#[test]
fn what_is_not_looked_for_in_a_language_is_not_known_to_be_absent() {
    let lua = ("src/run.lua", "function run() error('todo') end -- later\n");
    let observation = observe(&[lua, ("tools.py", "x = 1\n")]);
    for fact in ["stubs", "tls_verification_off", "weak_password_hashes", "swallowed_error_density"] {
        let reason = "not looked for in Lua: 1 of 2 source files";
        assert_eq!(observation.facts.get(fact), Fact::Unobserved(reason.to_owned()), "{fact}");
    }
    for fact in ["placeholders", "unowned_todos", "unsafe_model_loads", "conflict_markers"] {
        assert_eq!(count(&observation, fact), Some(0), "{fact}");
    }
    let found = observe(&[lua, ("src/a.rs", "fn a() { todo!() }\n")]);
    assert_eq!(count(&found, "stubs"), Some(1), "what was found is known");
    let little = observe(&[lua, ("src/a.rs", &"fn a() { b(); }\n".repeat(50))]);
    assert_eq!(count(&little, "stubs"), Some(0), "nearly all was searched");
    let tested = observe(&[("a.py", "x = 1\n"), ("test/shop_test.lua", "it('adds', function() end)\n")]);
    for fact in ["skipped_tests", "focused_tests", "skipped_ratio"] {
        assert!(matches!(tested.facts.get(fact), Fact::Unobserved(reason) if reason.contains("Lua")), "{fact}");
    }
    let perl = observe(&[("lib/Shop.pm", "package Shop;\n1;\n"), ("a.py", "x = 1\n"), ("tests/shop.pl", "ok 1;\n")]);
    assert!(matches!(perl.facts.get("tests"), Fact::Unobserved(reason) if reason.contains("not counted")));
    assert!(matches!(perl.facts.get("unowned_todos"), Fact::Unobserved(reason) if reason.contains("Perl")));
}
