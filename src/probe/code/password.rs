//! Marks of code that hashes passwords slowly, by itself or by its framework (catalogue `auth/password-hashing`). Without one,
//! that no weak hash was found says nothing: nobody may hash at all.

use super::credential::HASH;
use super::language::Lang::{self, DotNet, Elixir, Go, Java, Js, Kotlin, Php, Python, Ruby, Rust};
use super::rules::{Rule, anywhere, rule};
use crate::model::Certainty::Likely;
use crate::model::{Fact, Facts};
use crate::probe::finding::Findings;

const SLOW: &str = "slow_password_hashes";

/// Facts that count them.
pub(super) const FACTS: &[(&str, &str)] = &[(
    SLOW,
    "lines that hash passwords slowly: bcrypt, Argon2, scrypt and PBKDF2 of a password, or the users of Django, Devise, Laravel, \
     Symfony, Spring Security and ASP.NET Identity; unobserved where none is seen",
)];

const fn slow(langs: &'static [Lang], pattern: &'static str) -> Rule {
    rule(SLOW, langs, Likely, pattern)
}

/// The table. What derives keys of other secrets as well counts beside a password alone.
pub(super) static RULES: &[Rule] = &[
    slow(
        &[Python],
        r"\b(bcrypt|argon2|passlib|pwdlib|flask_bcrypt|fastapi_users)\b|\b(generate_password_hash|make_password)\(|\.set_password\(|\b(AbstractUser|AbstractBaseUser|PasswordHasher|CryptContext)\b|\b(pbkdf2_hmac|scrypt)\([^\n]*(?i:passw|pwd)",
    ),
    anywhere(slow(&[Python], r#"['"]django\.contrib\.auth['"]"#)),
    slow(&[Js], r"\b(bcrypt|bcryptjs|argon2)\.\w+\(|\b(pbkdf2|scrypt)(Sync)?\([^\n]*(?i:passw|pwd)"),
    anywhere(slow(
        &[Js],
        r#"\b(from|require\()\s*['"](bcrypt|bcryptjs|argon2|@node-rs/(argon2|bcrypt)|scrypt-kdf|better-auth|@feathersjs/authentication-local)['"]"#,
    )),
    slow(
        &[Java, Kotlin],
        r"\b((BCrypt|Argon2|SCrypt|Pbkdf2|Delegating)PasswordEncoder|createDelegatingPasswordEncoder|PasswordEncoder|BCrypt|BcryptUtil|BcryptFunction|Argon2Factory|Pbkdf2PasswordHash)\b",
    ),
    slow(
        &[Ruby],
        r"\bhas_secure_password\b|\bdevise\s+:|\b(BCrypt|Argon2|SCrypt)::Password\b|\bauthenticates_with_sorcery!",
    ),
    slow(
        &[Php],
        r"\b(password_hash|bcrypt)\(|\bHash::make\(|\b(UserPasswordHasher|PasswordHasher|UserPasswordEncoder)(Interface)?\b",
    ),
    anywhere(slow(&[Php], r#"['"]password['"]\s*=>\s*['"]hashed['"]|['"](bcrypt|argon2id?|argon)['"]"#)),
    slow(
        &[Go],
        r"\bbcrypt\.(GenerateFromPassword|CompareHashAndPassword)\(|\bargon2\.(IDKey|Key)\(|\bargon2id\.\w+\(|\b(scrypt|pbkdf2)\.Key\([^\n]*(?i:passw|pwd)",
    ),
    slow(
        &[Rust],
        r"\b(Argon2|argon2|bcrypt|password_auth|password_hash|PasswordHasher)::|\bArgon2\b|\b(scrypt|pbkdf2\w*)\([^\n]*(?i:passw|pwd)",
    ),
    slow(
        &[DotNet],
        r"\b(IdentityUser|AddIdentity\w*|AddDefaultIdentity|I?PasswordHasher|BCrypt|Argon2id|Argon2)\b|\bUserManager<|\b(Rfc2898DeriveBytes|KeyDerivation\.Pbkdf2)\b[^\n]*(?i:passw|pwd)",
    ),
    slow(&[Elixir], r"\b(Bcrypt|Argon2|Pbkdf2)\.\w+"),
];

/// Takes the zero back.
pub(super) fn forget(findings: &Findings, facts: &mut Facts) {
    if findings.count(SLOW) == 0 {
        let reason = match findings.count(HASH) {
            0 => "no code that hashes passwords is seen, weakly or slowly",
            _ => "no code that hashes passwords slowly is seen",
        };
        facts.set(SLOW, Fact::Unobserved(reason.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use crate::model::Fact;
    use crate::probe::sample;
    use crate::probe::trial::count;

    #[test]
    fn slow_hashes_are_seen_by_their_function_or_their_framework() {
        for (path, text) in [
            ("a.py", "hashed = bcrypt.hashpw(password, bcrypt.gensalt())\n"),
            ("a.py", "INSTALLED_APPS = ['django.contrib.auth']\n"),
            ("a.ts", "import { hash } from '@node-rs/argon2';\n"),
            ("a.js", "crypto.scryptSync(password, salt, 64);\n"),
            ("A.java", "PasswordEncoder encoder() { return new BCryptPasswordEncoder(); }\n"),
            ("a.rb", "class User\n  has_secure_password\nend\n"),
            ("a.php", "<?php\n$user->password = Hash::make($input);\n"),
            ("a.go", "bcrypt.GenerateFromPassword(p, 12)\n"),
            ("a.rs", "let hash = Argon2::default().hash_password(p, &salt);\n"),
            ("A.cs", "class User : IdentityUser {}\n"),
        ] {
            let seen = sample::observe("code", "{}", &[(path, text)]).unwrap();
            assert!(count(&seen, "slow_password_hashes").is_some_and(|count| count >= 1), "{text}");
        }
    }

    #[test]
    fn without_a_hash_nothing_is_known_of_passwords() {
        for (path, text) in [
            ("a.js", "if (user.password === password) { login(); }\n"),
            ("a.js", "crypto.pbkdf2Sync(config.cryptoKey, salt, 100000, 512, 'sha512');\n"),
            ("a.py", "# bcrypt would be better\nx = 1\n"),
        ] {
            let seen = sample::observe("code", "{}", &[(path, text)]).unwrap();
            assert!(matches!(seen.facts.get("slow_password_hashes"), Fact::Unobserved(_)), "{text}");
        }
    }
}
