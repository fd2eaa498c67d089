//! Texts that speak of the whole and not of a part: overall percentages, summaries, groups that are named by a state.

use super::reading::lead;
use super::words::Words;

/// `Completed ✅`, `Missing`: a heading or label that says nothing but a state.
pub(super) fn says_state_only(text: &str) -> bool {
    Words::of(lead(text)).only(&[
        "complet", "done", "miss", "remain", "open", "finish", "partial", "gap", "strength", "todo", "work",
        "critical", "identifi",
    ])
}

/// Words of subjects that mean the whole system.
const ALL: &[&str] = &[
    "overall",
    "total",
    "realistic",
    "complet",
    "completeness",
    "current",
    "status",
    "production",
    "read",
    "ready",
    "readiness",
    "progress",
    "project",
    "system",
    "score",
    "state",
    "work",
    "whole",
    "remain",
    "done",
    "don",
    "don",
    "app",
    "applic",
    "gesamt",
    "gesamtfortschritt",
    "fortschritt",
    "reifegrad",
    "global",
    "avance",
    "avancement",
    "progreso",
    "progresso",
    "total",
    "totale",
    "totaal",
    "razem",
    "łącznie",
    "итого",
    "общий",
    "общая",
    "прогресс",
    "всего",
    "загалом",
    "toplam",
    "genel",
    "总体",
    "總體",
    "总进度",
    "总计",
    "全体",
    "合計",
    "全体進捗",
    "전체",
    "الإجمالي",
    "कुल",
];

/// Whether a heading is over what remains, not over a part of the system: `To do`, `Da completare`.
pub(super) fn says_what_remains(lead: &str) -> bool {
    const REMAINS: &[&str] = &[
        "remaining",
        "to do",
        "todo",
        "to complete",
        "still to do",
        "open",
        "missing",
        "pending",
        "offen",
        "zu erledigen",
        "ausstehend",
        "à faire",
        "restant",
        "reste à faire",
        "pendiente",
        "pendientes",
        "por completar",
        "por hacer",
        "falta",
        "pendente",
        "pendentes",
        "a fazer",
        "da completare",
        "da fare",
        "te doen",
        "openstaand",
        "do zrobienia",
        "осталось",
        "предстоит",
        "залишилось",
        "yapılacaklar",
        "kalan",
        "待完成",
        "未完成",
        "残り",
        "남은 작업",
        "còn lại",
        "belum selesai",
    ];
    let name = lead.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    REMAINS.contains(&name.as_str())
}

/// Whether a subject means the whole and no part of it.
pub(super) fn is_about_all(subject: &str) -> bool {
    Words::of(subject).only(ALL)
}

const SUMMARY: &[&str] = &[
    "summary",
    "overview",
    "executive",
    "status",
    "zusammenfassung",
    "übersicht",
    "überblick",
    "résumé",
    "synthèse",
    "resumen",
    "resumo",
    "visão",
    "riepilogo",
    "sommario",
    "samenvatting",
    "overzicht",
    "podsumowanie",
    "обзор",
    "резюме",
    "сводка",
    "підсумок",
    "özet",
    "概要",
    "总结",
    "摘要",
    "概述",
    "要約",
    "サマリー",
    "요약",
    "ملخص",
    "सारांश",
];

/// Whether the headings above are those of a summary.
pub(super) fn in_summary(section: &[String]) -> bool {
    section.iter().any(|heading| {
        let lower = heading.to_lowercase();
        SUMMARY.iter().any(|word| lower.contains(word))
    })
}
