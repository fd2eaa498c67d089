//! Tests of probe `code`: modes for development that production reads.

use super::tests::one;

#[test]
fn debug_modes_count_where_production_reads_them() {
    for (path, text, expected) in [
        ("shop/settings.py", "DEBUG = True\n", 1),
        ("shop/settings/dev.py", "DEBUG = True\n", 0),
        ("shop/settings.py", "DEBUG = env.bool('DEBUG', False)\n", 0),
        ("app.py", "app.run(host='0.0.0.0', debug=True)\n", 1),
        ("app.py", "if __name__ == '__main__':\n    app.run(debug=True)\n", 0),
        ("app.py", "def main():\n    app.run(debug=True)\n\n\nif __name__ == '__main__':\n    main()\n", 0),
        ("app.py", "def serve():\n    app.run(debug=True)\n\n\nif __name__ == '__main__':\n    main()\n", 1),
        ("a.go", "package a\nfunc A() {\n\tgin.SetMode(gin.DebugMode)\n}\n", 1),
        ("a.go", "package a\nfunc A() {\n\tswitch mode {\n\tcase Dev:\n\t\tgin.SetMode(gin.DebugMode)\n\t}\n}\n", 0),
        ("config/app.php", "<?php return [\n    'debug' => true,\n];\n", 1),
    ] {
        assert_eq!(one("debug_modes", path, text), Some(expected), "{path}: {text}");
    }
}
