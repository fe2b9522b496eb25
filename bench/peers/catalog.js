/**
 * The catalog as a careful person reads it by hand: prepared statements, and the memory of a model by
 * Plimsoll's own arithmetic, so that every server answers the same. What is read here serves any
 * question; `pages.js` has the same for certain pages alone.
 */
import postgres from "postgres";
import { evaluate, hardwareTier } from "../../dist/estimator/index.js";

const GIB = 2 ** 30;

export const sql = postgres(process.env.DATABASE_URL, {
  max: 10,
  onnotice: () => {},
  types: { bigint: { to: 20, from: [20], serialize: String, parse: Number } },
  connection: { random_page_cost: 1.1 },
});

export const prepared = (statement, values) => sql.unsafe(statement, values, { prepare: true });

/** The condition "takes at most so many bytes", prepared by the caller for its quantization. */
export const FITS = process.env.FITS_SQL;

/** Of the stored profile, what estimates read; of its weights what `weights` says, in SQL. */
export const profile = (weights) => `jsonb_build_object('version', p->'version',
  'contextLength', p->'contextLength', 'cache', p->'cache', 'compute', p->'compute',
  'weights', ${weights}) as memory_profile`;

/** It is kept packed, so it is unpacked once in a row and not for each of its parts. */
export const UNPACKED = "lateral (select m.memory_profile || '{}' as p offset 0) as unpacked";

export const DETAILS = `m.slug, m.name, m.hugging_face_id as "huggingFaceId", m.description,
  m.total_parameters as "totalParameters", m.active_parameters as "activeParameters",
  m.context_length as "contextLength", m.released_on::text as "releasedOn",
  m.attention_kind as "attentionKind", m.layers, m.hidden_size as "hiddenSize", m.heads,
  m.kv_heads as "kvHeads", m.head_dim as "headDim", m.vocab_size as "vocabSize", m.experts,
  m.active_experts as "activeExperts", m.shared_experts as "sharedExperts", m.activation,
  m.normalization, m.position_embedding as "positionEmbedding",
  m.input_modalities as "inputModalities", m.use_cases as "useCases", m.downloads, m.likes`;

/** All that the schema has of a model, and by what it is related. */
const MODEL = `${DETAILS}, m.license, m.organization_slug, m.family_slug`;

/** One model, with its organization and family, which most ask for and which cost little here. */
export async function model(slug) {
  const [row] = await prepared(
    `select ${MODEL}, ${OWNERS} from models m ${JOINED} where m.slug = $1`,
    [slug],
  );
  return row ? withOwners(row) : null;
}

export const OWNERS = "o.slug as o_slug, o.name as o_name, f.slug as f_slug, f.name as f_name";
export const JOINED = `join organizations o on o.slug = m.organization_slug
  left join families f on f.slug = m.family_slug`;
export const withOwners = (row) => ({
  ...row,
  organization: { slug: row.o_slug, name: row.o_name },
  family: row.f_slug === null ? null : { slug: row.f_slug, name: row.f_name },
});

/** Models under any of the schema's conditions, and one more than wanted where there are more. */
export function models(filter, first) {
  const { licenses, search, fits } = filter ?? {};
  const values = [first + 1];
  const value = (given) => `$${values.push(given)}`;
  const conditions = ["m.status <> 'WITHDRAWN'"];
  // One parameter each: for an array Postgres plans anew each time, and reads all of a licence.
  if (licenses) conditions.push(`m.license in (${licenses.map(value).join(", ")})`);
  for (const word of patterns(search)) conditions.push(`m.search_text like ${value(word)}`);
  if (fits) conditions.push(`${FITS} <= ${value(budgetBytes(fits.memoryGib))}`);
  return prepared(
    `select ${MODEL} from models m where ${conditions.join(" and ")}
     order by m.downloads desc, m.slug limit $1`,
    values,
  );
}

export async function siblings(of, first) {
  const rows = await prepared(
    `select ${MODEL} from models m where m.family_slug = $1 and m.status <> 'WITHDRAWN'
     order by m.downloads desc, m.slug limit $2`,
    [of.family_slug, first + 1],
  );
  return rows.filter((row) => row.slug !== of.slug).slice(0, first);
}

/** The profiles of some models with some formats, by slug. */
export async function profiles(slugs, quants) {
  const weights =
    "(select jsonb_object_agg(q, p #> array['weights', q]) from unnest($2::text[]) as q)";
  // One by itself, because of a list Postgres plans anew when it is short.
  const [from, asked] =
    slugs.length === 1
      ? ["models m", "m.slug = $1"]
      : ["unnest($1::text[]) as asked(slug) join models m using (slug)", "true"];
  const rows = await prepared(
    `select m.slug, ${profile(weights)} from ${from} cross join ${UNPACKED}
     where ${asked} and m.memory_profile is not null`,
    [slugs.length === 1 ? slugs[0] : slugs, quants],
  );
  return new Map(rows.map((row) => [row.slug, row.memory_profile]));
}

/** Organizations or families, by slug. */
export async function named(table, slugs) {
  const rows = await prepared(
    `select slug, name from unnest($1::text[]) as asked(slug) join ${table} using (slug)`,
    [slugs],
  );
  return new Map(rows.map((row) => [row.slug, row]));
}

/** The words of a search as patterns. */
export const patterns = (text) =>
  (text ?? "")
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => `%${word.replace(/[\\%_]/g, "\\$&")}%`);

export function vram(profile, quant, contextTokens) {
  const { totalBytes } = evaluate(profile, { quant, contextTokens, overheadFraction: 0.1 });
  return { total: { bytes: totalBytes, gib: totalBytes / GIB }, tier: hardwareTier(totalBytes) };
}

export function vramTable(profile, quants, ctxs) {
  return quants.map((quant) => ({
    quantization: { name: quant },
    cells: ctxs.map((ctx) => vram(profile, quant, ctx)),
  }));
}

export const budgetBytes = (memoryGib) => Math.floor(memoryGib * GIB);

/** A position in the list, as opaque as anybody's. */
export const cursorOf = ({ downloads, slug }) =>
  Buffer.from(JSON.stringify([downloads, slug])).toString("base64url");
