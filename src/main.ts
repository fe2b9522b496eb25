#!/usr/bin/env node
/**
 * The commands. Each reads the configuration once and hands it down; what a command is made of is in
 * `app/` and loaded when it is asked for. Errors that we raise on purpose are printed as a sentence, all
 * others with their stack.
 */
import "./config/production.ts";
import * as nodeModule from "node:module";
import { Command } from "commander";
import { describeVariables, readConfig } from "./config.ts";
import { PlimsollError } from "./errors.ts";

// Node 22 and newer keep what they compiled for the next start; the types are those of Node 20.
(nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.();

const variables = describeVariables()
  .map(
    ({ name, meaning, default: value }) =>
      `  ${name.padEnd(34)} ${meaning} [${value || "not set"}]`,
  )
  .join("\n");

const running = () => import("./app/run.ts");

const program = new Command("plimsoll")
  .description("The load line for open-weight language models.")
  .addHelpText("after", `\nEnvironment:\n${variables}`)
  .showHelpAfterError();

program
  .command("start", { isDefault: true })
  .description("run everything in one process: database, worker and API")
  .action(async () => (await running()).startCommand(readConfig()));
program
  .command("serve")
  .description("run the API alone")
  .option("--workers <count>", "API processes behind one port; auto for one per core", "1")
  .action(async ({ workers }) => (await running()).serveCommand(readConfig(), workers));
program
  .command("worker")
  .description("run the worker and the schedules alone")
  .action(async () => (await running()).workerCommand(readConfig()));
program
  .command("migrate")
  .description("bring the database to this release and end")
  .action(async () => (await import("./app/migrate.ts")).migrateCommand(readConfig()));
program
  .command("ingest")
  .description("read one source now, without the queue")
  .argument("<source>", "id of the source, such as hugging-face, snapshot or file")
  .option("--org <name...>", "hugging-face: only these organizations")
  .option("--limit <count>", "hugging-face: at most this many models of each organization", Number)
  .option("--dry-run", "print what would change and keep nothing")
  .option("--json", "print the report as JSON")
  .action(async (source, options) => {
    const { ingestCommand } = await import("./app/ingest.ts");
    return ingestCommand(readConfig(), source, options);
  });
program
  .command("status")
  .description("show every source: its health, its last run and its next")
  .option("--json", "print it as JSON")
  .action(async (options) =>
    (await import("./app/status.ts")).statusCommand(readConfig(), options),
  );
program
  .command("pause")
  .description("let no worker take another job until `resume`")
  .action(async () => (await import("./app/pause.ts")).pauseCommand(readConfig(), true));
program
  .command("resume")
  .description("let the workers go on")
  .action(async () => (await import("./app/pause.ts")).pauseCommand(readConfig(), false));
program
  .command("snapshot")
  .description("write the catalog to data/snapshot.ndjson")
  .option("--without-revisions", "leave revisions out, for a catalog read from a copy of the Hub")
  .action(async (options) => {
    const { snapshotCommand } = await import("./app/snapshot.ts");
    return snapshotCommand(readConfig(), options);
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof PlimsollError ? error.message : error);
  // Everything was closed on the way here; what still tries to reconnect must not keep us.
  process.exit(1);
}
