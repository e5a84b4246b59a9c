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

/** These need no script at all. */
export const PLAIN = {
  "sign in": "/login",
  "sign in again": "/login?problem=password",
  "not found": "/no/such/page",
};

export const ALL = { ...LIVE, ...FORMS, ...PLAIN };

export function job(number: number): string {
  return `/jobs/${number}`;
}
