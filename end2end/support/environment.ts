// What `cargo xtask test` hands over.

export function environment(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set: start the browser tests with \`cargo xtask test --only browser\``);
  }
  return value;
}

/** Empty databases, one for each worker. */
export function database(worker: number): string {
  const databases: string[] = JSON.parse(environment("CLUSTER_HEAD_E2E_DATABASES"));
  const url = databases[worker];
  if (!url) {
    throw new Error(`worker ${worker} has no database left: too many tests failed before it`);
  }
  return url;
}
