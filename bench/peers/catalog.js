/**
 * The three reads as a careful person writes them by hand: one or two prepared statements each, with
 * the columns that are asked for and nothing else. The memory of a model is Plimsoll's own arithmetic,
 * so that every server answers the same.
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

/** The condition "takes at most so many bytes", prepared by the caller for its quantization. */
const FITS = process.env.FITS_SQL;

/** Of the stored profile, what the estimates of some quantizations read. */
const profile = (...quants) => `jsonb_build_object('version', p->'version',
  'contextLength', p->'contextLength', 'cache', p->'cache', 'compute', p->'compute',
  'weights', jsonb_build_object(${quants
    .map((quant) => `'${quant}', p->'weights'->'${quant}'`)
    .join(", ")})) as memory_profile`;

/** It is kept packed, so it is unpacked once in a row and not for each of its parts. */
const UNPACKED = "lateral (select m.memory_profile || '{}' as p offset 0) as unpacked";

const DETAILS = `m.slug, m.name, m.hugging_face_id as "huggingFaceId", m.description,
  m.total_parameters as "totalParameters", m.active_parameters as "activeParameters",
  m.context_length as "contextLength", m.released_on::text as "releasedOn",
  m.attention_kind as "attentionKind", m.layers, m.hidden_size as "hiddenSize", m.heads,
  m.kv_heads as "kvHeads", m.head_dim as "headDim", m.vocab_size as "vocabSize", m.experts,
  m.active_experts as "activeExperts", m.shared_experts as "sharedExperts", m.activation,
  m.normalization, m.position_embedding as "positionEmbedding",
  m.input_modalities as "inputModalities", m.use_cases as "useCases", m.downloads, m.likes`;

export async function model(slug) {
  const [row] = await sql.unsafe(
    `select ${DETAILS}, m.family_slug, ${profile("Q4_K_M", "Q8_0", "F16")}, o.slug as o_slug, o.name as o_name,
       f.slug as f_slug, f.name as f_name
     from models m cross join ${UNPACKED} join organizations o on o.slug = m.organization_slug
       left join families f on f.slug = m.family_slug
     where m.slug = $1`,
    [slug],
    { prepare: true },
  );
  if (!row) return null;
  return {
    ...row,
    organization: { slug: row.o_slug, name: row.o_name },
    family: row.f_slug === null ? null : { slug: row.f_slug, name: row.f_name },
  };
}

export async function siblings(of, first) {
  const rows = await sql.unsafe(
    `select slug, name, total_parameters as "totalParameters" from models
     where family_slug = $1 and status <> 'WITHDRAWN'
     order by downloads desc, slug limit $2`,
    [of.family_slug, first + 1],
    { prepare: true },
  );
  return rows.filter((row) => row.slug !== of.slug).slice(0, first);
}

/** One parameter for each licence: for an array Postgres plans anew each time, and reads all of a licence. */
export function list(licenses, budgetBytes, first) {
  const among = licenses.map((_, index) => `$${index + 3}`).join(", ");
  return sql.unsafe(
    `select slug, name, total_parameters as "totalParameters", license, downloads, ${profile("Q4_K_M")}
     from models m cross join ${UNPACKED} where status <> 'WITHDRAWN' and license in (${among}) and ${FITS} <= $1
     order by downloads desc, slug limit $2`,
    [budgetBytes, first + 1, ...licenses],
    { prepare: true },
  );
}

export function search(text, first) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const conditions = words.map((_, index) => `search_text like $${index + 2}`);
  return sql.unsafe(
    `select slug, name, hugging_face_id as "huggingFaceId", downloads from models
     where status <> 'WITHDRAWN' and ${conditions.join(" and ")}
     order by downloads desc, slug limit $1`,
    [first, ...words.map((word) => `%${word.replace(/[\\%_]/g, "\\$&")}%`)],
    { prepare: true },
  );
}

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
