// The state of a job inside of somebody else's page: only where the config lists that site, and told also when the link
// has ended.

import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { type Page } from "@playwright/test";

import { CLUSTER } from "../support/api";
import { expect, test as base } from "../support/test";

/** A site of somebody else, whose pages frame what their `?` says. */
class Site {
  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  static async open(): Promise<Site> {
    const server = createServer((request, answer) => {
      const framed = new URL(request.url ?? "", "http://site").searchParams.get("framed");
      answer.setHeader("Content-Type", "text/html; charset=utf-8");
      answer.end(`<!DOCTYPE html><title>A wiki</title><iframe title="State" src="${framed}"></iframe>`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Site(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  page(framed: string): string {
    return `${this.origin}/?framed=${encodeURIComponent(framed)}`;
  }

  close(): void {
    this.server.close();
  }
}

const test = base.extend<object, { listed: Site; unlisted: Site }>({
  listed: [site, { scope: "worker" }],
  unlisted: [site, { scope: "worker" }],
  moreConfig: [
    async ({ listed }, use) => use(`[share]\nframe_origins = ["${listed.origin}"]\n`),
    { scope: "worker" },
  ],
});

const framed = (page: Page) => page.frameLocator("iframe");

test("a listed site shows the state in its own page, and says when the link has ended", async ({
  page,
  head,
  listed,
  javaScriptEnabled,
}) => {
  const link = await head.api.share({ cluster: CLUSTER });
  await page.goto(listed.page(`${link.url}/embed`));
  await expect(framed(page).getByRole("heading", { level: 1 })).toHaveText(CLUSTER);
  await expect(framed(page).getByText("Down", { exact: true })).toBeVisible();
  await head.api.revoke(link);
  if (javaScriptEnabled) {
    await expect(framed(page).getByText("This link has ended.")).toBeVisible();
  }
  await page.reload();
  await expect(framed(page).getByRole("heading", { level: 1 })).toHaveText("This link does not work");
});

test("a site that is not listed shows nothing of it, and no site shows the page itself", async ({
  page,
  head,
  listed,
  unlisted,
}) => {
  const { url } = await head.api.share({ cluster: CLUSTER });
  for (const address of [unlisted.page(`${url}/embed`), listed.page(url), listed.page(`${url}/wall`), listed.page(head.url)]) {
    const refused = page.waitForEvent("console", (message) => /frame-ancestors/.test(message.text()));
    await page.goto(address);
    await refused;
    await expect(framed(page).getByText(CLUSTER)).toHaveCount(0);
  }
});

async function site({}: object, use: (site: Site) => Promise<void>): Promise<void> {
  const opened = await Site.open();
  await use(opened);
  opened.close();
}
