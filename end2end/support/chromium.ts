/** For every Chromium here: it draws without a graphics card, and asks nobody for anything by itself. */
export const SWITCHES = [
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
