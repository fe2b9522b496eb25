/** Finding programs that the server's account can run, in place or as a copy. */
import { execFileSync } from "node:child_process";
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { serverAccount } from "../../src/db/embedded/account.ts";
import { provideBinaries } from "../../src/db/embedded/binaries.ts";
import { findPostgresPackage, type PostgresPackage } from "../../src/db/embedded/platform.ts";
import { silentLog } from "../../src/log.ts";
import { isRoot, temporaryHome } from "./support.ts";

/** The installed package as npm leaves it when it runs no install scripts: without its links. */
let source: PostgresPackage;
const log = silentLog;

beforeAll(async () => {
  const installed = await findPostgresPackage();
  const root = await mkdtemp(join(tmpdir(), "plimsoll-package-"));
  source = { ...installed, root };
  await cp(installed.root, root, { recursive: true, verbatimSymlinks: true });
});

beforeEach(async () => {
  await chmod(source.root, 0o755);
  const libraries = join(source.root, "native", "lib");
  for (const name of await readdir(libraries)) {
    if ((await lstat(join(libraries, name))).isSymbolicLink()) await rm(join(libraries, name));
  }
});

afterAll(() => rm(source.root, { recursive: true, force: true }));

const versionOf = (program: string, account = {}) =>
  execFileSync(program, ["--version"], { ...account, cwd: "/", encoding: "utf8", stdio: "pipe" });

test("missing library links are made in place", async () => {
  const home = await temporaryHome();
  expect(() => versionOf(join(source.root, "native/bin/postgres"))).toThrow();
  const binaries = await provideBinaries({ account: {}, home, log, source });
  expect(binaries.program("postgres")).toContain(source.root);
  expect(versionOf(binaries.program("postgres"))).toContain("18.");
});

test.skipIf(isRoot)("a package that cannot be written gets a copy with links", async () => {
  const home = await temporaryHome();
  const libraries = join(source.root, "native", "lib");
  await chmod(libraries, 0o555);
  onTestFinished(() => chmod(libraries, 0o755));
  const binaries = await provideBinaries({ account: {}, home, log, source });
  expect(binaries.program("postgres")).toContain(join(home, "postgres-binaries"));
  expect(versionOf(binaries.program("postgres"))).toContain("18.");
});

test.runIf(isRoot)("programs in a closed folder are copied once into an open home", async () => {
  const home = await temporaryHome();
  await chmod(source.root, 0o700);
  const account = serverAccount(join(home, "postgres"));
  const search = { account, home, log, source };
  // As narrow as a root's own settings may be: the copy must be open all the same.
  const umask = process.umask(0o077);
  try {
    const [first, second] = await Promise.all([provideBinaries(search), provideBinaries(search)]);
    expect(first.program("postgres")).toBe(second.program("postgres"));
    expect(first.program("postgres")).toContain(home);
    expect(versionOf(first.program("postgres"), account)).toContain("18.");
    const made = await lstat(first.program("postgres"));
    await provideBinaries(search);
    expect((await lstat(first.program("postgres"))).ino).toBe(made.ino);
    expect(await readdir(join(home, "postgres-binaries"))).toHaveLength(1);
  } finally {
    process.umask(umask);
  }
});

test.runIf(isRoot)("where home is closed too, the copy goes to the system's cache", async () => {
  const open = await temporaryHome();
  const home = join(open, "closed");
  await mkdir(home, { mode: 0o700 });
  await chmod(source.root, 0o700);
  const account = serverAccount(join(home, "postgres"));
  const systemCache = join(open, "cache");
  const binaries = await provideBinaries({ account, home, log, source, systemCache });
  expect(binaries.program("initdb")).toContain(systemCache);
  expect(versionOf(binaries.program("initdb"), account)).toContain("18.");
});
