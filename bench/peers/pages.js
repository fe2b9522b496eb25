/** What three certain pages show, and nothing else: statements for who knows what will be asked. */
import {
  DETAILS,
  FITS,
  JOINED,
  OWNERS,
  patterns,
  prepared,
  profile,
  UNPACKED,
  withOwners,
} from "./catalog.js";

const inFormats = (...quants) =>
  profile(
    `jsonb_build_object(${quants.map((quant) => `'${quant}', p #> '{weights,${quant}}'`).join(", ")})`,
  );

export async function modelPage(slug) {
  const [row] = await prepared(
    `select ${DETAILS}, m.family_slug, ${inFormats("Q4_K_M", "Q8_0", "F16")}, ${OWNERS}
     from models m cross join ${UNPACKED} ${JOINED} where m.slug = $1`,
    [slug],
  );
  return row ? withOwners(row) : null;
}

export async function siblingsOnPage(of, first) {
  const rows = await prepared(
    `select slug, name, total_parameters as "totalParameters" from models
     where family_slug = $1 and status <> 'WITHDRAWN'
     order by downloads desc, slug limit $2`,
    [of.family_slug, first + 1],
  );
  return rows.filter((row) => row.slug !== of.slug).slice(0, first);
}

export function listPage(licenses, budgetBytes, first) {
  const among = licenses.map((_, index) => `$${index + 3}`).join(", ");
  return prepared(
    `select slug, name, total_parameters as "totalParameters", license, downloads, ${inFormats("Q4_K_M")}
     from models m cross join ${UNPACKED} where status <> 'WITHDRAWN' and license in (${among}) and ${FITS} <= $1
     order by downloads desc, slug limit $2`,
    [budgetBytes, first + 1, ...licenses],
  );
}

export function searchPage(text, first) {
  const words = patterns(text);
  const conditions = words.map((_, index) => `search_text like $${index + 2}`);
  return prepared(
    `select slug, name, hugging_face_id as "huggingFaceId", downloads from models
     where status <> 'WITHDRAWN' and ${conditions.join(" and ")}
     order by downloads desc, slug limit $1`,
    [first, ...words],
  );
}
