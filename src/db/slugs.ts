/**
 * Slugs: the readable keys of models. A model's slug is made once, from the repository's name, and
 * then kept for good, whatever the repository is called later.
 */

/** Lower case, digits, dots and dashes only: `Meta-Llama 3.1` becomes `meta-llama-3.1`. */
export function slugify(text: string): string {
  const dashed = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-");
  return dashed.replace(/^[-.]+|[-.]+$/g, "").slice(0, 120) || "model";
}

/** The repository's name alone, or with its owner where another model has that slug already. */
export function chooseSlug(huggingFaceId: string, taken: (slug: string) => boolean): string {
  const repository = slugify(huggingFaceId.split("/").at(-1) ?? huggingFaceId);
  if (!taken(repository)) return repository;
  const owned = slugify(huggingFaceId.replace("/", "-"));
  if (!taken(owned)) return owned;
  let suffix = 2;
  while (taken(`${owned}-${suffix}`)) suffix++;
  return `${owned}-${suffix}`;
}
