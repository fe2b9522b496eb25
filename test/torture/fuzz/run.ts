/** Random questions against four oracles; see the rows for what each holds. */
import { isDeepStrictEqual } from "node:util";
import { buildSchema, type GraphQLSchema, parse, validate } from "graphql";
import pMap from "p-map";
import { generator } from "../../helpers/simulated-hub/repositories.ts";
import { type Effort, type Row, row } from "../report.ts";
import { askByGet, askByPost, dataOf } from "./ask.ts";
import { judge } from "./judge.ts";
import { compareFilters, pageWhileInserting } from "./lists.ts";
import { QuestionMaker, type Words } from "./question.ts";

/** Their state moves without an event, so two answers may differ. */
const VOLATILE = /\b(sources|source|runs|nextRunAt|lastRun|seconds)\b/;

export interface Fuzzed {
  url: string;
  databaseUrl: string;
  /** Models in the catalog, made by `fillCatalog`. */
  models: number;
}

/** @param questions how many to ask. */
export async function tortureByFuzzing(
  { url, databaseUrl, models }: Fuzzed,
  questions: number,
  { seed, say }: Effort,
): Promise<Row[]> {
  const schema = buildSchema(await (await fetch(`${url}/schema.graphql`)).text());
  const random = generator(seed);
  const maker = new QuestionMaker(schema, random, await readWords(url));
  const wrong: string[] = [];
  const different: string[] = [];
  let answered = 0;
  const asked = Array.from({ length: questions }, () => maker.next());
  await pMap(
    asked,
    async ({ query, variables }, index) => {
      const problem = whyInvalid(schema, query);
      if (problem) throw new Error(`The fuzzer made an invalid question: ${problem}\n${query}`);
      const first = await askByGet(url, query, variables);
      const about = () => `${query} ${JSON.stringify(variables)}`.slice(0, 1500);
      const verdict = judge(schema, query, first);
      if (verdict) wrong.push(`${verdict} ← ${about()}`);
      if (first.data) answered++;
      if (!VOLATILE.test(query)) {
        const kept = await askByGet(url, query, variables);
        const anew = await askByPost(url, `${query} # ${index}`, variables);
        if (!isDeepStrictEqual(kept.data, first.data)) different.push(`kept ≠ first ← ${about()}`);
        if (!isDeepStrictEqual(anew.data, first.data)) different.push(`anew ≠ first ← ${about()}`);
      }
      if (index % 500 === 499) say(`fuzzing: ${index + 1} of ${questions} questions`);
    },
    { concurrency: 4 },
  );
  const filters = Math.ceil(questions / 10);
  const filtered = await compareFilters(url, random, filters);
  say(`fuzzing: ${filters} filters compared`);
  const paged = await pageWhileInserting(url, databaseUrl, models);
  return [
    verdictRow(
      "random questions: no internal error, no forbidden null",
      questions,
      wrong,
      `${answered} answered with data`,
    ),
    verdictRow("random questions: the same kept and anew", questions, different),
    verdictRow("list and filter: the same as filtering by hand", filters, filtered),
    verdictRow("pages while models are added: each model once", 12, paged),
  ];
}

function verdictRow(fault: string, rounds: number, wrong: string[], note = ""): Row {
  const found = wrong.length > 0 ? `${wrong.length} wrong: ${wrong.slice(0, 3).join(" ‖ ")}` : note;
  return row(fault, rounds, { verdict: wrong.length > 0 ? "BROKEN" : "held", note: found });
}

function whyInvalid(schema: GraphQLSchema, query: string): string | null {
  return validate(schema, parse(query))[0]?.message ?? null;
}

interface Start {
  models: { nodes: { slug: string; id: string }[]; pageInfo: { endCursor: string } };
  devices: { nodes: { slug: string; id: string }[] };
  families: { nodes: { slug: string; id: string }[] };
  organizations: { nodes: { slug: string; id: string }[] };
}

/** Texts that are in this catalog. */
async function readWords(url: string): Promise<Words> {
  const nodes = "nodes { slug id }";
  const found = await dataOf<Start>(
    url,
    `{ models(first: 20) { ${nodes} pageInfo { endCursor } } devices(first: 10) { ${nodes} }
      families(first: 10) { ${nodes} } organizations(first: 10) { ${nodes} } }`,
  );
  const all = [found.models, found.families, found.organizations].flatMap((page) => page.nodes);
  return {
    slugs: all.map(({ slug }) => slug),
    ids: [...all, ...found.devices.nodes].map(({ id }) => id),
    cursors: [found.models.pageInfo.endCursor],
    devices: found.devices.nodes.map(({ slug }) => slug),
  };
}
