/**
 * Before anything is measured, all servers answer some questions, and what they say must be the same.
 * A server that is fast because it answers something else is not measured.
 */
import { isDeepStrictEqual } from "node:util";
import type { Contender } from "./contender.ts";
import { ANY, type CatalogSample, QUESTIONS, type QuestionName } from "./questions.ts";

const SAMPLES = 5;

export async function agree(
  contenders: Contender[],
  question: QuestionName,
  sample: CatalogSample,
): Promise<void> {
  const own = contenders.find(({ name }) => name === "plimsoll")!;
  // The static buffer has nothing to say of its own, and PostGraphile names things its own way.
  const others = contenders.filter(
    ({ name, speaksPostgraphile }) =>
      name !== "plimsoll" && name !== "static" && !speaksPostgraphile,
  );
  const { document: query, postgraphile, operationName } = QUESTIONS[question];
  for (let n = 0; n < SAMPLES; n++) {
    const variables = QUESTIONS[question].variables(n * 101, sample);
    await compare(own, others, { query, operationName, variables });
  }
  for (const other of contenders.filter(({ speaksPostgraphile }) => speaksPostgraphile)) {
    const variables = QUESTIONS[question].variables(0, sample);
    await answer(other, { query: postgraphile, operationName, variables });
  }
}

/** A server that says it answers any question about the schema is asked some that are not measured. */
export async function agreeOnAny(contenders: Contender[], sample: CatalogSample): Promise<void> {
  const own = contenders.find(({ name }) => name === "plimsoll")!;
  const others = contenders.filter(({ answersAny }) => answersAny);
  for (const query of ANY) {
    await compare(own, others, { query, variables: { slug: sample.slugs[0] } });
  }
}

interface Asked {
  query: string;
  operationName?: string;
  variables: Record<string, unknown>;
}

async function compare(own: Contender, others: Contender[], asked: Asked): Promise<void> {
  const expected = await answer(own, asked);
  for (const other of others) {
    const given = await answer(other, asked);
    if (isDeepStrictEqual(given, expected)) continue;
    const both = JSON.stringify({ asked, plimsoll: expected, [other.name]: given }, null, 2);
    throw new Error(`${other.name} answers differently:\n${both}`);
  }
}

async function answer({ port, path, name }: Contender, asked: Asked): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(asked),
  });
  const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
  if (errors) throw new Error(`${name} answers ${asked.query} with ${JSON.stringify(errors)}`);
  return comparable(data);
}

/** Without cursors, which are each server's own, and with keys in one order. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value)
    .filter(([key]) => key !== "cursor" && key !== "endCursor")
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, comparable(inner)]));
}
