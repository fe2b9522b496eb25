/**
 * Serves a folder of model configs as a local Hub, for trying the ingester without a network:
 *
 *   npx tsx scripts/hub-server.ts --port 8800 --corpus test/fixtures/hub
 *   HF_ENDPOINT=http://127.0.0.1:8800 npm start
 *
 * The folder holds one subfolder per repository, `owner__name`, with the repository's files.
 */
import { Command } from "commander";
import { reposFromCorpus, startHubServer } from "../test/helpers/hub-server/index.ts";

interface Options {
  port: string;
  corpus: string;
  gated: string[];
  quota?: string;
}

const options = new Command("hub-server")
  .description("Serve a folder of model configs as a local Hugging Face Hub.")
  .requiredOption("--corpus <folder>", "folder of repositories")
  .option("--port <number>", "port to listen on; 0 for a free one", "8800")
  .option("--gated <ids...>", "repositories whose files are refused", [])
  .option("--quota <requests>", "requests per 300 seconds and bucket; unlimited by default")
  .parse()
  .opts<Options>();

const repos = reposFromCorpus(options.corpus).map((repo) =>
  options.gated.includes(repo.id) ? { ...repo, gated: "manual" as const } : repo,
);
const quota = Number(options.quota);
const rateLimit = quota > 0 ? { api: quota, resolvers: quota, windowSeconds: 300 } : undefined;
const server = await startHubServer({ repos, port: Number(options.port), rateLimit });
const organizations = new Set(repos.map(({ id }) => id.split("/")[0]));
console.log(`${repos.length} models of ${organizations.size} organizations at ${server.url}`);
console.log(`Point the ingester at it: HF_ENDPOINT=${server.url}`);
process.once("SIGINT", () => void server.close());
