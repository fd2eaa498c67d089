//! What documents in many languages and shapes state: each text here is written for its test.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::{Inventory, Propose, read, suggest};
use crate::model::Statement;
use crate::model::outcome::Priority;
use crate::model::statement::{Meaning, State};

fn inventory(text: &str) -> Inventory {
    read(text.as_bytes())
}

/// `line kind state value` of all statements of some kinds.
fn of(text: &str, kinds: &[&str]) -> Vec<String> {
    let shown = |statement: &Statement| {
        let value = match &statement.meaning {
            Meaning::Checkbox(mark) | Meaning::Status(mark) => mark.state.word().to_owned(),
            Meaning::Heading { state, .. } => state.as_ref().map_or("", |mark| mark.state.word()).to_owned(),
            Meaning::Threshold(bound) => {
                format!("{} {} {}", bound.comparison.word(), bound.value.floor_decimals(3), bound.unit)
            }
            Meaning::Priority { level, .. } => level.priority.word().to_owned(),
            Meaning::Date { first, last, .. } => format!("{first}..{last}"),
            Meaning::Duration { least, most, unit } => {
                format!("{}-{} {}", least.floor_decimals(1), most.floor_decimals(1), unit.word())
            }
            Meaning::Phase { span } => {
                span.as_ref().map_or_else(String::new, |span| format!("{} {}", span.unit, span.first))
            }
            Meaning::Dependency { on, .. } => on.join("+"),
            _ => String::new(),
        };
        format!("{} {} {value}", statement.line, statement.meaning.kind()).trim_end().to_owned()
    };
    let wanted = |statement: &&Statement| kinds.contains(&statement.meaning.kind());
    inventory(text).statements.iter().filter(wanted).map(shown).collect()
}

#[test]
fn may_is_the_fifth_month_in_every_language() {
    for day in
        ["May 3, 2026", "3. Mai 2026", "3 de mayo de 2026", "3 мая 2026", "3 maja 2026", "3 Mayıs 2026", "3 Mei 2026"]
    {
        assert_eq!(of(&format!("- due {day}\n"), &["date"]), ["1 date 2026-05-03..2026-05-03"], "{day}");
    }
}

#[test]
fn months_joined_by_a_dash_are_one_span() {
    assert_eq!(of("- Juli–September 2026\n", &["date"]), ["1 date 2026-07-01..2026-09-30"]);
    assert_eq!(of("- tháng 5 năm 2026\n", &["date"]), ["1 date 2026-05-01..2026-05-31"]);
}

#[test]
fn a_status_after_its_key_is_read_wherever_its_words_stand() {
    let cases = [
        ("**Durum:** Neredeyse tamamlandı", State::Partial),
        ("**Durum:** Arayüz hazır, ödeme yapılacak", State::Partial),
        ("**Durum:** Henüz başlanmadı", State::Missing),
        ("**Trạng thái:** Đã hoàn thành", State::Done),
        ("**Status proyek:** belum selesai", State::Missing),
        ("**Stan:** w trakcie realizacji", State::Partial),
        ("**Statut du projet :** terminé", State::Done),
        ("**Stand:** 3.5.2026 | **Version:** 2 | **Status:** Aktiv", State::Done),
    ];
    for (text, state) in cases {
        assert_eq!(of(text, &["status"]), [format!("1 status {}", state.word())], "{text}");
    }
    assert_eq!(of("- `readiness`：上线就绪检查\n", &["status"]), Vec::<String>::new(), "a name is no state");
}

#[test]
fn a_verdict_after_any_key_is_a_state_and_an_answer_is_none() {
    assert_eq!(of("- **Penetration test**: PASS (two notes)\n", &["status"]), ["1 status done"]);
    assert_eq!(of("- Suite: FAILED\n", &["status"]), ["1 status missing"]);
    for text in ["- Downtime: none\n", "- Mode: Fail-safe\n", "- Public repository: yes\n", "- Note: done deals only\n"]
    {
        assert_eq!(of(text, &["status"]), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn arrows_are_an_order_of_work_only_where_something_says_so() {
    let none = Vec::<String>::new();
    assert_eq!(of("- Settings → Security → Tokens\n", &["dependency"]), none);
    assert_eq!(of("- client -> gateway -> database\n", &["dependency"]), none);
    assert_eq!(
        of("Critical path: schema → service → launch\n", &["dependency"]),
        ["1 dependency schema+service+launch"]
    );
    assert_eq!(
        of("## Reihenfolge\n\n- Schema → Dienst → Start\n", &["dependency"]),
        ["3 dependency Schema+Dienst+Start"]
    );
    assert_eq!(of("- Phase 1 → Phase 2 → Phase 3\n", &["dependency"]), ["1 dependency Phase 1+Phase 2+Phase 3"]);
}

#[test]
fn what_does_not_block_is_no_dependency_and_words_do_not_end_inside_a_word() {
    for text in [
        "- не блокирует запуск\n",
        "- nie blokuje wydania\n",
        "- audita sem bloquear pedidos\n",
        "- it does not block release\n",
    ] {
        assert_eq!(of(text, &["dependency"]), Vec::<String>::new(), "{text}");
    }
    assert_eq!(of("- блокирует запуск\n", &["dependency"]), ["1 dependency запуск"]);
}

#[test]
fn a_column_of_dependencies_joins_rows_by_their_numbers() {
    let text = "# P\n\n## Work\n\n| # | Task | Depends on | Status |\n|---|---|---|---|\n| 1 | Schema design | - | Done |\n| 2 | API service | 1 | Open |\n| 3 | Web client | 1-2 | Open |\n";
    assert_eq!(of(text, &["dependency"]), ["8 dependency 1", "9 dependency 1-2"]);
    let spec = suggest(text.as_bytes(), "PLAN.md", Propose::Active).spec;
    assert!(spec.contains("title: Web client"), "the number does not name the row: {spec}");
    assert!(spec.contains("requires: [api-service, schema-design]"), "{spec}");
}

#[test]
fn durations_are_read_in_more_languages_and_calendar_years_are_none() {
    let cases = [
        ("- Login (2-3 jam)\n", "2-3 hours"),
        ("- Rilis (2 minggu)\n", "2-2 weeks"),
        ("- Kiểm thử (3 ngày)\n", "3-3 days"),
        ("- Yedek (15 dk)\n", "15-15 minutes"),
    ];
    for (text, span) in cases {
        assert_eq!(of(text, &["duration"]), [format!("1 duration {span}")], "{text}");
    }
    for text in ["- карта 2022 года\n", "- depuis l'année 2024 ans\n", "- antwortet in unter 3 Minuten\n"] {
        assert_eq!(of(text, &["duration"]), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn headings_and_capitals_rank_in_every_language() {
    let cases = [
        ("### Yüksek Öncelik (1-2 Hafta)\n", Priority::High),
        ("### Prioridad alta\n", Priority::High),
        ("### Низкий приоритет\n", Priority::Low),
        ("### 高优先级任务\n", Priority::High),
        ("- ⚠️ **CRÍTICO:** clave por defecto\n", Priority::Critical),
        ("- ⚠️ **CRITICAL:** default key\n", Priority::Critical),
        ("### Upload (URGENT)\n", Priority::Critical),
    ];
    for (text, priority) in cases {
        assert_eq!(of(text, &["priority"]), [format!("1 priority {}", priority.word())], "{text}");
    }
    for text in
        ["### Media\n", "- **IMPORTANT:** read this first\n", "## 🚨 CRITICAL DEPENDENCIES\n", "## ÖNEMLİ NOTLAR\n"]
    {
        assert_eq!(of(text, &["priority"]), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn bounds_with_the_sign_in_front_or_in_a_column_of_targets_keep_their_unit() {
    assert_eq!(of("- kapsam: %85+\n", &["threshold"]), ["1 threshold ge 85 %"]);
    assert_eq!(of("- min 70% coverage\n", &["threshold"]), ["1 threshold ge 70 %"]);
    assert_eq!(of("- takes 5 min 30 times\n", &["threshold"]), Vec::<String>::new());
    let table = "| Metric | Current | Target |\n|---|---|---|\n| p95 | 900 ms | 200 ms |\n| uptime | 98% | 99.9% |\n";
    assert_eq!(of(table, &["threshold"]), ["3 threshold le 200 ms", "4 threshold ge 99.9 %"]);
    let measured = "## Metrics\n\n| Metric | Value | Status |\n|---|---|---|\n| coverage | 100% | ✅ |\n";
    assert_eq!(of(measured, &["threshold"]), Vec::<String>::new(), "a measured value is no bound");
}

#[test]
fn horizons_and_numbered_columns_open_parts_of_the_plan() {
    for heading in ["Hoje", "Cette semaine", "Bu hafta", "Jangka pendek", "Bước tiếp theo", "今後の予定"] {
        assert_eq!(of(&format!("## {heading}\n\n- x\n"), &["phase", "task"]), ["1 phase", "3 task"], "{heading}");
    }
    assert_eq!(of("## Giai đoạn 2: API\n", &["phase"]), ["1 phase phase 2"]);
    let table = "| Sprint | Result |\n|---|---|\n| 0 | skeleton |\n| 1 | search |\n";
    assert_eq!(of(table, &["phase"]), ["3 phase sprint 0", "4 phase sprint 1"]);
    assert_eq!(of("### Étape 2.4 : variables\n", &["phase"]), Vec::<String>::new());
}

#[test]
fn a_key_that_names_an_aim_makes_its_percentage_a_bound() {
    assert_eq!(of("**Meta de cobertura:** 96%\n", &["threshold"]), ["1 threshold ge 96 %"]);
    assert_eq!(of("**Cobertura:** 96%\n", &["threshold"]), Vec::<String>::new());
}

#[test]
fn a_level_of_risk_beside_a_priority_is_none_and_a_first_column_of_phases_may_carry_names() {
    let table = "| Phase | Time | Risk level | Priority |\n|---|---|---|---|\n| 1. Base | 2 weeks | High | Low |\n";
    assert_eq!(of(table, &["phase", "priority"]), ["3 phase phase 1", "3 priority low"]);
}

#[test]
fn rules_are_proposed_by_words_that_mean_them_and_by_no_others() {
    let proposed = |item: &str| suggest(format!("# P\n\n- [ ] {item}\n").as_bytes(), "P.md", Propose::Active).spec;
    for (item, rule) in [
        ("CI/CD pipeline (GitHub Actions)", "use: ci/pipeline-present # the text says"),
        ("Missing rollback procedures", "# proposed: use: release/rollback (the text says"),
        ("Test coverage > 85%", "# proposed: use: tests/coverage, expect: [overall > 85 %"),
        ("Runbook `docs/runbook.md`", "# proposed: probe: { file: { path: docs/runbook.md } }"),
    ] {
        assert!(proposed(item).contains(rule), "{item}: {}", proposed(item));
    }
    for item in [
        "Todos os serviços registrados",
        "E2E checks: TODO",
        "Risk metrics accuracy",
        "The watcher in `src/common/monitoring/events.ts` reads `.env`",
        "Track over aiortc in `api/app.py`",
    ] {
        assert!(!proposed(item).contains("proposed") && !proposed(item).contains("use:"), "{item}: {}", proposed(item));
    }
    let timeouts = proposed("Session timeouts: 8 hours");
    assert!(timeouts.contains("auth/session-lifetime") && !timeouts.contains("rel/outbound-timeouts"), "{timeouts}");
    let audit = proposed("Security audit");
    assert!(audit.contains("# proposed: use: gov/pentest"), "what audits is not said: {audit}");
    let silent = suggest(b"# P\n\n- [ ] CI/CD pipeline\n", "P.md", Propose::Comment).spec;
    assert!(silent.contains("# proposed: use: ci/pipeline-present") && !silent.contains("        use:"), "{silent}");
}

#[test]
fn the_day_comes_first_where_the_key_is_no_english() {
    assert_eq!(of("**Data de início:** 03/02/2026\n", &["date"]), ["1 date 2026-02-03..2026-02-03"]);
    assert_eq!(of("**Fecha:** 3/2/2026\n", &["date"]), ["1 date 2026-02-03..2026-02-03"]);
    assert_eq!(of("**Date:** 03/02/2026\n", &["date"]), ["1 date 2026-03-02..2026-03-02"]);
}

#[test]
fn names_with_numbers_are_no_bounds_and_no_parts_of_the_plan() {
    assert_eq!(of("**Release**: 1.3 (Sprint 2 - 100% complete)\n", &["threshold"]), Vec::<String>::new());
    assert_eq!(of("**If M2 fails**:\n\n- roll back\n", &["phase"]), Vec::<String>::new());
    assert_eq!(of("## M2: Tracing\n", &["phase"]), ["1 phase milestone 2"]);
}

#[test]
fn what_speaks_for_an_alternative_is_no_task_and_a_noun_ranks_without_a_colon() {
    let text = "## Fase 1: Hosting (Prioridad ALTA)\n\n**Opción A: propio**\n- ✅ barato\n\n**Pasos:**\n- contratar\n";
    assert_eq!(of(text, &["task", "priority"]), ["1 priority high", "7 task"]);
}

#[test]
fn a_tag_a_reflexive_verb_and_a_negation_state_no_bound_and_no_dependency() {
    let none = Vec::<String>::new();
    assert_eq!(of("- press `<kbd>Ctrl</kbd>+<kbd>2</kbd>` to zoom\n", &["threshold"]), none);
    assert_eq!(of("- p95>200ms on <b>staging</b>\n", &["threshold"]), ["1 threshold gt 200 ms"]);
    for text in [
        "- La consegna si blocca spesso\n",
        "- El despliegue se bloquea\n",
        "- lỗi này KHÔNG chặn phát hành\n",
        "- sorteert afhankelijk van de herkomst\n",
        "- wählt abhängig von der Größe\n",
    ] {
        assert_eq!(of(text, &["dependency"]), none, "{text}");
    }
    assert_eq!(of("- de API is afhankelijk van het schema\n", &["dependency"]), ["1 dependency het schema"]);
    assert_eq!(of("**Pré-requisito:** certificado\n", &["dependency"]), ["1 dependency certificado"]);
    assert_eq!(of("- 前提条件：数据库\n", &["dependency"]), ["1 dependency 数据库"]);
}

#[test]
fn what_comes_next_is_a_part_of_the_plan_in_its_heading_and_not_in_a_row() {
    let tasks = |heading: &str| of(&format!("# P\n\n## {heading}\n\n1. eins\n2. zwei\n"), &["phase", "task"]).len();
    for heading in
        ["下一轮建议", "后续计划", "Próximas melhorias", "Prossimi sviluppi", "Nächste Aufgaben", "향후 계획"]
    {
        assert_eq!(tasks(heading), 3, "{heading}");
    }
    let row = "| Item | Status |\n|---|---|\n| Next action | waiting |\n";
    assert_eq!(of(row, &["phase"]), Vec::<String>::new());
}

#[test]
fn boxes_that_detail_one_step_leave_the_other_steps_tasks() {
    let text = "# P\n\n## Next steps\n\n1. Review\n2. Check:\n   - [ ] one\n   - [ ] two\n3. Deploy\n";
    assert_eq!(of(text, &["task"]), ["5 task", "6 task", "9 task"]);
}

#[test]
fn tiers_are_read_in_other_languages_and_a_colour_after_a_key_is_no_state() {
    assert_eq!(of("## Importante (5 min)\n", &["priority"]), ["1 priority high"]);
    assert_eq!(of("## 🟡 RECOMENDADO (10 min)\n", &["priority"]), ["1 priority medium"]);
    assert_eq!(of("- Médio risco: Amber (amarelo)\n", &["status"]), Vec::<String>::new());
    assert_eq!(of("**Stato:** Correzioni applicate, in attesa di verifica\n", &["status"]), ["1 status partial"]);
    assert_eq!(of("- API 文档: 完整\n", &["status"]), ["1 status done"]);
    assert_eq!(of("**v2** (2-3周后):\n", &["duration"]), ["1 duration 2-3 weeks"]);
}

#[test]
fn a_row_of_a_matrix_is_in_no_one_state() {
    let state = |row: &str| {
        let text = format!("| Mode | Web | Mobile |\n|---|---|---|\n{row}\n");
        let rows = inventory(&text).statements;
        rows.iter().find_map(|row| row.meaning.mark().map(|mark| mark.state))
    };
    assert_eq!(state("| Offline | ✅ | ❌ |"), None);
    assert_eq!(state("| Offline | ✅ | ✅ |"), Some(State::Done));
}

#[test]
fn a_box_with_a_star_is_a_box() {
    assert_eq!(
        of("- [ ]* Write more tests\n- [x]* Load test\n", &["checkbox"]),
        ["1 checkbox missing", "2 checkbox done"]
    );
}

#[test]
fn months_by_number_minutes_in_short_and_levels_in_brackets_are_read() {
    assert_eq!(of("- ✅ 2026-05: first release\n", &["date"]), ["1 date 2026-05-01..2026-05-31"]);
    for text in ["- CVE-2024-12\n", "- from 2024-2025\n", "- build 2024-05-x\n"] {
        assert_eq!(of(text, &["date"]), Vec::<String>::new(), "{text}");
    }
    assert_eq!(of("- Запуск (5 хв)\n", &["duration"]), ["1 duration 5-5 minutes"]);
    assert_eq!(of("- Запуск (10 мин)\n", &["duration"]), ["1 duration 10-10 minutes"]);
    assert_eq!(of("## Ordenar tabelas (média)\n", &["priority"]), ["1 priority medium"]);
    assert_eq!(of("## Chat (baixa / contexto)\n", &["priority"]), ["1 priority low"]);
    assert_eq!(of("## Cache (optional)\n", &["priority"]), Vec::<String>::new());
    assert_eq!(of("## НАСТУПНИЙ КРОК:\n\n1. Розгорнути\n", &["task"]), ["3 task"]);
    let row = "| # | Aufgabe |\n|---|---|\n| M1 | Workshop planen |\n";
    assert_eq!(of(row, &["phase"]), Vec::<String>::new());
}

#[test]
fn metrics_tell_how_things_are_and_success_metrics_how_they_must_become() {
    let bounds = |heading: &str| of(&format!("# P\n\n## {heading}\n\n- Pass rate: 93%\n"), &["threshold"]).len();
    for heading in ["Quality metrics", "质量指标", "Métricas actuales"] {
        assert_eq!(bounds(heading), 0, "{heading}");
    }
    for heading in ["Success metrics", "成功指标", "Métricas de éxito", "Targets"] {
        assert_eq!(bounds(heading), 1, "{heading}");
    }
}

#[test]
fn a_verdict_may_stand_after_a_dash() {
    assert_eq!(of("- **Speech scoring** — pending (see 12)\n", &["status"]), ["1 status missing"]);
    assert_eq!(of("- Import - done\n", &["status"]), ["1 status done"]);
    for text in ["- Import - done by the nightly job\n", "- end-to-end tests\n", "- Mode - none\n"] {
        assert_eq!(of(text, &["status"]), Vec::<String>::new(), "{text}");
    }
    assert_eq!(of("## 五、下一轮建议\n\n1. 优化\n", &["task"]), ["3 task"]);
}

#[test]
fn values_of_fields_and_hours_of_the_day_are_no_claims() {
    let none = Vec::<String>::new();
    for text in ["- Status: `active`\n", "- Estado: `closed` (al final)\n", "Example: `⏳ waiting`\n"] {
        assert_eq!(of(text, &["status"]), none, "{text}");
    }
    assert_eq!(of("- Status: `DONE`\n", &["status"]), ["1 status done"]);
    assert_eq!(of("- since Saturday 6 PM\n", &["duration"]), none);
    assert_eq!(of("- effort: 18 PM\n", &["duration"]), ["1 duration 18-18 person-months"]);
    assert_eq!(of("## With containers (recommended)\n", &["priority"]), none);
}

#[test]
fn names_with_numbers_and_present_figures_are_no_bounds() {
    let none = Vec::<String>::new();
    for text in [
        "- Weeks 9+: support\n",
        "- checksums (SHA-256+HMAC)\n",
        "- Problem: nessun error boundary per gestire errori\n",
    ] {
        assert_eq!(of(text, &["threshold"]), none, "{text}");
    }
    assert_eq!(of("# P\n\n## Метрики успеха\n\n### Текущий прогресс: 60%\n", &["threshold"]), none);
    assert_eq!(of("- Mínimo 12 caracteres\n", &["threshold"]), ["1 threshold ge 12 caracteres"]);
    assert_eq!(of("- [ ] audit passed with no critical findings\n", &["threshold"]), ["1 threshold eq 0 findings"]);
    assert_eq!(of("- No critical findings came up\n", &["threshold"]), none, "what was found");
}

#[test]
fn a_line_of_marks_to_choose_from_states_nothing() {
    assert_eq!(of("**Status:** ⬜ offen | ⏳ in Arbeit | ✅ fertig\n", &["status"]), Vec::<String>::new());
    assert_eq!(of("**Status:** ✅ fertig | **Stand:** 3\n", &["status"]), ["1 status done"]);
    assert_eq!(of("> **작성일**: 2026-06-17 · **상태**: 제작 전 (준비)\n", &["status"]), ["1 status missing"]);
}

#[test]
fn headings_rank_after_their_number_their_colour_or_what_they_rank() {
    let cases = [
        ("## Fase 1: Crítico (esta semana)", "critical"),
        ("## 🟡 ALTA (rendimiento)", "high"),
        ("## 🔵 BASSA (qualità)", "low"),
        ("## 🔴 Problemi critici di sicurezza", "critical"),
        ("**Status:** ⬜ CRÍTICO - depois do volume", "critical"),
    ];
    for (text, level) in cases {
        assert_eq!(of(&format!("{text}\n"), &["priority"]), [format!("1 priority {level}")], "{text}");
    }
    assert_eq!(of("## 🟡 Media library\n", &["priority"]), Vec::<String>::new());
}

#[test]
fn days_are_read_in_arabic_hindi_and_czech_and_hours_of_the_day_are_no_durations() {
    for day in ["2 أكتوبر 2025", "2 تشرين الأول 2025", "2 अक्टूबर 2025", "2. října 2025"]
    {
        assert_eq!(of(&format!("- am {day}\n"), &["date"]), ["1 date 2025-10-02..2025-10-02"], "{day}");
    }
    assert_eq!(of("- Roda todo dia às 2h da manhã\n", &["duration"]), Vec::<String>::new());
    assert_eq!(of("- Antivirus blockiert → Ausnahme eintragen\n", &["dependency"]), Vec::<String>::new());
}
