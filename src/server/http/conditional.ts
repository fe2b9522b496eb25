/**
 * Reading the request headers that choose between forms of an answer: entity tags and encodings.
 */

/** Whether an `If-None-Match` header names the tag. Weak and strong forms are the same to it. */
export function namesTag(header: string | undefined, tag: string): boolean {
  if (!header) return false;
  const opaque = withoutWeakness(tag);
  return header.split(",").some((one) => withoutWeakness(one) === opaque);
}

/** Whether an `Accept-Encoding` header takes gzip. */
export function takesGzip(header: string | undefined): boolean {
  if (!header) return false;
  return header.split(",").some((one) => {
    const [coding, ...parameters] = one.split(";").map((part) => part.trim().toLowerCase());
    const refused = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    return coding === "gzip" && !refused;
  });
}

/** Whether the caller is a browser that opens a page, rather than a program that asks for data. */
export function wantsPage(accept: string | undefined): boolean {
  return accept?.includes("text/html") ?? false;
}

function withoutWeakness(tag: string): string {
  return tag.trim().replace(/^W\//, "");
}
