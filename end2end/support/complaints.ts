// What the browser says against a page on its console.

import { type Page } from "@playwright/test";

/** Violations of the content security policy are told on the console too. */
export function listenForComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // The browser also tells that the page itself was answered with an error, as some are meant to be.
    const isAboutPage = message.text().startsWith("Failed to load resource") && message.location().url === page.url();
    if (["error", "warning"].includes(message.type()) && !isAboutPage) {
      complaints.push(`${page.url()}: ${message.text()} (${message.location().url})`);
    }
  });
  return complaints;
}
