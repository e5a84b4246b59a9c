// Every page that there is, by what it is called in the messages of the tests.

import { CLUSTER } from "./api";

export const LIVE = {
  clusters: "/",
  cluster: `/clusters/${CLUSTER}`,
  jobs: "/jobs",
};

export const FORMS = {
  start: `/clusters/${CLUSTER}/start`,
  resize: `/clusters/${CLUSTER}/resize`,
  deploy: `/clusters/${CLUSTER}/deploy`,
  destroy: `/clusters/${CLUSTER}/destroy`,
  "new job": "/jobs/new",
  "form with a problem": `/clusters/${CLUSTER}/start?problem=refused&size=xl`,
};

/** What starts by the clock. */
export const SCHEDULES = {
  schedules: "/schedules",
  "new schedule": "/schedules/new",
  "new schedule with a problem": "/schedules/new?problem=refused&schedule%5Bzone%5D=Berlin&schedule%5Bat%5D=nine",
  freeze: "/schedules/freeze",
};

/** What can be done to a job. Each says so where it cannot. */
export function acts(number: number): Record<string, string> {
  const job = `/jobs/${number}`;
  return { cancel: `${job}/cancel`, "leave up": `${job}/leave-up`, resume: `${job}/resume` };
}

/** What can be done about the debt of the cluster, and about what the cloud shows of it. */
export const DEBTS = {
  extend: `/clusters/${CLUSTER}/extend`,
  "extend with a problem": `/clusters/${CLUSTER}/extend?problem=time&by=until&until=nope`,
  "close obligation": `/clusters/${CLUSTER}/close-obligation`,
  "close obligation with a problem": `/clusters/${CLUSTER}/close-obligation?problem=name&typed=nope`,
  adopt: `/clusters/${CLUSTER}/adopt`,
  "accept leftover": `/clusters/${CLUSTER}/accept-leftover?kind=volume&id=none`,
};

/** What is shown to people who have no login, or who stand far away. */
export const SHARES = {
  shares: "/shares",
  "new share": `/shares/new?cluster=${CLUSTER}`,
  "new share with a problem": `/shares/new?cluster=${CLUSTER}&problem=refused&label=`,
  "revoke shares": "/shares/revoke",
  wall: "/wall",
};

/** These need no script at all. */
export const PLAIN = {
  "sign in": "/login",
  "sign in again": "/login?problem=password",
  "not found": "/no/such/page",
  receipts: "/receipts",
};

export const ALL = { ...LIVE, ...FORMS, ...SCHEDULES, ...SHARES, ...PLAIN };

export function job(number: number): string {
  return `/jobs/${number}`;
}
