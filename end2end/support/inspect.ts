// A page that is open, looked at by axe: light and dark, wide and narrow.

import AxeBuilder from "@axe-core/playwright";
import { type Page } from "@playwright/test";

import { expect } from "./test";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const SCHEMES = ["light", "dark"] as const;
const NARROWEST = 320;
const WIDTHS = [1280, NARROWEST];

export async function inspect(page: Page, name: string): Promise<void> {
  await page.waitForLoadState("load");
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      // There are no frames, for which the other mode opens a page of its own each time.
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(RULES).analyze();
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.length} times, first ${nodes[0]?.html}`);
      expect.soft(found, `${name}, ${colorScheme}, ${width} px`).toEqual([]);
    }
  }
  await page.setViewportSize({ width: NARROWEST, height: 800 });
  const widest = await page.evaluate(() => document.documentElement.scrollWidth);
  expect.soft(widest, `${name} must not scroll sideways`).toBeLessThanOrEqual(NARROWEST);
}
