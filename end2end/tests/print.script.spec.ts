// What is printed is for the file: one sheet, black on white, with nothing to press.

import { expect, test } from "../support/test";

test("the page of a link to a job is printed on one sheet, black on white", async ({ page, head }) => {
  const { number } = await head.run({ routine: "guide", size: "s" });
  const { url } = await head.api.share({ job: number, shows_cost: true, shows_names: true });
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await page.goto(url);
  const sheets = (await page.pdf({ format: "A4" })).toString("latin1").match(/\/Type\s*\/Page\b/g);
  expect(sheets).toHaveLength(1);
  await expect(page.getByRole("link")).toHaveCount(0);
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(ground).toBe("rgb(255, 255, 255)");
  await expect(page.getByRole("heading", { level: 1 })).toHaveCSS("color", "rgb(27, 31, 36)");
});
