/** Asking by the three ways that an answer can come: made anew, kept, and by POST. */
import type { Answer } from "./judge.ts";

/** By GET, which is kept; asked twice, the second is served from the store. */
export async function askByGet(url: string, query: string, variables: object): Promise<Answer> {
  const search = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  return read(await fetch(`${url}/graphql?${search}`));
}

/** By POST. A text that was never sent before is never answered from the store. */
export async function askByPost(
  url: string,
  query: string,
  variables: object = {},
): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return read(response);
}

/** The data of a question that has to be answered. */
export async function dataOf<T>(url: string, query: string, variables: object = {}): Promise<T> {
  const { data, errors } = await askByPost(url, query, variables);
  if (errors || !data) throw new Error(JSON.stringify(errors));
  return data as T;
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return { errors: [{ message: `${response.status} ${text.slice(0, 200)}` }] };
  }
}
