//! The browser's half of the program: wakes the islands. Everything that they are stands in `app`.

#[cfg(target_arch = "wasm32")]
mod browser {
    // Without the name of the crate, no island of it would be linked.
    use app as _;
    use wasm_bindgen::prelude::wasm_bindgen;

    /// Called by the page once the module is loaded.
    #[wasm_bindgen]
    pub fn hydrate() {
        console_error_panic_hook::set_once();
        leptos::mount::hydrate_islands();
    }
}
