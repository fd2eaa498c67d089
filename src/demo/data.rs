//! What Harbour has stored: invented skippers and berths.

use serde_json::{Value, json};

/// A person who books berths. All of them are invented.
pub(super) struct Skipper {
    pub(super) id: u32,
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    pub(super) phone: &'static str,
    /// What the skipper wrote about the boat: free text, as somebody typed it.
    pub(super) about: &'static str,
}

/// Every skipper.
pub(super) static SKIPPERS: &[Skipper] = &[
    Skipper { id: 1, name: "Ada Brandt", email: "ada@harbour.test", phone: "+49 30 555 0101", about: "Sloop, 9 m" },
    Skipper { id: 2, name: "Ben Osei", email: "ben@harbour.test", phone: "+49 30 555 0102", about: "Ketch, 12 m" },
    Skipper {
        id: 3,
        name: "Cleo Marin",
        email: "cleo@harbour.test",
        phone: "+49 30 555 0103",
        about: "<script>alert('stored')</script>",
    },
];

/// How many berths there are.
pub(super) const BERTHS: u32 = 24;

/// A skipper as the API shows it to the harbour master.
pub(super) fn profile(skipper: &Skipper) -> Value {
    json!({
        "id": skipper.id, "name": skipper.name, "email": skipper.email,
        "phone": skipper.phone, "about": skipper.about,
    })
}

/// One berth as the API shows it.
pub(super) fn berth(number: u32) -> Value {
    json!({ "berth": format!("B{number:02}"), "length_m": 8 + number % 7, "free": !number.is_multiple_of(3) })
}
