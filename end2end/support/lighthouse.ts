// Lighthouse as its command line runs it: in a process and a Chromium of its own, as a phone. Nothing is downloaded for it.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { SWITCHES } from "./chromium";
import { environment } from "./environment";

const PROGRAM = join(__dirname, "../../node_modules/lighthouse/cli/index.js");
const CHROMIUM = ["--headless=new", "--no-sandbox", ...SWITCHES];
/** What is found by search engines is no aim: a page for strangers asks them to stay away. */
const CATEGORIES = ["performance", "accessibility", "best-practices"];
/** The longest that a look may take on a machine with other work. */
const LIMIT = 50_000;
const LARGEST_REPORT = 64 * 1024 * 1024;
/** Other work on the machine slows a page down, and nothing makes one faster than it is: so the best of these counts. */
const MOST_LOOKS = 5;

interface Report {
  runtimeError?: { message: string };
  categories: Record<string, { score: number | null; auditRefs: { id: string; weight: number }[] }>;
  audits: Record<string, { score: number | null; displayValue?: string; title: string }>;
}

/** What keeps the page from 100 in each category; nothing for a page that has it. */
export async function lacks(url: string, without: string[] = []): Promise<string[]> {
  let found: string[] = [];
  for (let look = 0; look < MOST_LOOKS; look++) {
    // Where the processor is busy, the browser may also lose the record of what it did: then nothing was seen at all.
    found = await report(url, without).then(lacksIn, (error) => [`no report: ${error.stderr ?? error}`]);
    if (!found.some((lack) => /^(performance|no report)/.test(lack))) {
      break;
    }
  }
  return found;
}

async function report(url: string, without: string[]): Promise<Report> {
  const options = [
    ["quiet", "no-enable-error-reporting", "ignore-status-code", "disable-full-page-screenshot"],
    [`only-categories=${CATEGORIES.join()}`, `chrome-flags=${CHROMIUM.join(" ")}`, "output=json", "output-path=stdout"],
    without.map((audit) => `skip-audits=${audit}`),
  ];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [PROGRAM, url, ...options.flat().map((option) => `--${option}`)],
    { env: { ...process.env, CHROME_PATH: environment("CHROMIUM_BIN") }, maxBuffer: LARGEST_REPORT, timeout: LIMIT },
  );
  return JSON.parse(stdout);
}

function lacksIn({ runtimeError, categories, audits }: Report): string[] {
  if (runtimeError) {
    return [`no report: ${runtimeError.message}`];
  }
  return CATEGORIES.flatMap((name) => {
    const { score, auditRefs } = categories[name] ?? { score: null, auditRefs: [] };
    const failed = auditRefs.filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 1);
    const why = failed.map(({ id }) => `${id} ${audits[id]?.displayValue ?? audits[id]?.title}`);
    return score === 1 ? [] : [`${name} ${Math.round((score ?? 0) * 100)}: ${why.join(", ")}`];
  });
}
