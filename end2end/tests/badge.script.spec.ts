// The badge in a README: read on a light and on a dark ground, with whatever font the reader has.

import { type Page } from "@playwright/test";

import { CLUSTER } from "../support/api";
import { contrast, type Colour, pixels } from "../support/pixels";
import { expect, test } from "../support/test";

/** The grounds of pages that are light and dark. */
const GROUNDS = { light: [255, 255, 255], dark: [15, 19, 24] } satisfies Record<string, Colour>;
const TEXT = 4.5;
const GRAPHIC = 3;

test("a badge is as large as it says, and no word leaves its ground", async ({ page, head }) => {
  const { number } = await head.run({ routine: "up", size: "s" });
  for (const what of [{ cluster: CLUSTER }, { job: number }]) {
    const { url } = await head.api.share(what);
    await page.goto(`${url}/badge.svg`);
    const words = await page.locator("text").evaluateAll((texts) =>
      (texts as unknown as SVGTextElement[]).map((text, index) => {
        const ground = document.querySelectorAll<SVGRectElement>("g rect")[index]!.getBBox();
        const { x, width } = text.getBBox();
        return { left: x - ground.x, right: ground.x + ground.width - x - width, size: getComputedStyle(text).fontSize };
      }),
    );
    expect(words).toHaveLength(2);
    for (const { left, right, size } of words) {
      expect(Math.min(left, right), JSON.stringify(words)).toBeGreaterThanOrEqual(4);
      expect(size).toBe("11px");
    }
  }
});

test("a badge stands out and can be read on both grounds", async ({ page, head }) => {
  const { url } = await head.api.share({ cluster: CLUSTER });
  for (const [theme, ground] of Object.entries(GROUNDS)) {
    const { width, rows } = await badgeOn(page, ground as Colour, `${url}/badge.svg`);
    const middle = rows[Math.floor(rows.length / 2)]!;
    expect(contrast(middle[0]!, ground as Colour), `the edge, ${theme}`).toBeGreaterThanOrEqual(GRAPHIC);
    for (const part of [rows.map((row) => row.slice(4, 30)), rows.map((row) => row.slice(width - 30, width - 4))]) {
      const letters = part.slice(4, -4).flat();
      const paper = part[3]![0]!;
      const best = Math.max(...letters.map((pixel) => contrast(pixel, paper)));
      expect(best, `letters, ${theme}`).toBeGreaterThanOrEqual(TEXT);
    }
  }
});

async function badgeOn(page: Page, ground: Colour, address: string): Promise<Awaited<ReturnType<typeof pixels>>> {
  await page.setContent(`<body style="background: rgb(${ground.join()})"><img src="${address}" alt="">`);
  const badge = page.locator("img");
  await expect(badge).toHaveJSProperty("complete", true);
  await expect(badge).toHaveJSProperty("naturalHeight", 20);
  return pixels(page, await badge.screenshot());
}
