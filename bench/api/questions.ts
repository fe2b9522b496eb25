/**
 * The four questions of the benchmark, and as many different variables for each as one likes. The
 * documents hold for every server that speaks Plimsoll's names; PostGraphile has its own.
 */
export type QuestionName = "page" | "list" | "search" | "one";

export interface Question {
  document: string;
  operationName: string;
  /** Variables of the n-th asking; no two are alike, so nothing can be answered from memory. */
  variables(n: number, catalog: CatalogSample): Record<string, unknown>;
  /** The same for PostGraphile, where its names differ. */
  postgraphile: string;
}

/** What the questions are about: names that are in the catalog of this run. */
export interface CatalogSample {
  slugs: string[];
  words: string[];
}

const PAGE_FACTS = `slug name huggingFaceId description
    organization { slug name } family { slug name }
    totalParameters activeParameters contextLength releasedOn attentionKind layers hiddenSize heads
    kvHeads headDim vocabSize experts activeExperts sharedExperts activation normalization
    positionEmbedding inputModalities useCases downloads likes`;

const POSTGRAPHILE_FACTS = PAGE_FACTS.replace(
  "organization { slug name } family { slug name }",
  `organization: organizationByOrganizationSlug { slug name }
    family: familyByFamilySlug {
      slug name modelsByFamilySlug(first: 6, orderBy: [DOWNLOADS_DESC, SLUG_ASC]) {
        nodes { slug name totalParameters }
      }
    }`,
);

const CELLS = ["Q4_K_M", "Q8_0", "F16"]
  .flatMap((quant) => [
    `${quant}_short: vram(quant: "${quant}", ctx: 1024)`,
    `${quant}_long: vram(quant: "${quant}", ctx: $ctx)`,
  ])
  .join(" ");

export const QUESTIONS: Record<QuestionName, Question> = {
  page: {
    operationName: "Page",
    document: `query Page($slug: String!, $ctx: Int!) {
  model(slug: $slug) {
    ${PAGE_FACTS}
    vramTable(quants: [Q4_K_M, Q8_0, F16], ctxs: [1024, $ctx]) {
      quantization { name }
      cells { total { bytes gib } tier }
    }
    siblings(first: 5) { slug name totalParameters }
  }
}`,
    variables: (n, { slugs }) => ({ slug: slugs[n % slugs.length], ctx: 2048 + (n % 60_000) }),
    postgraphile: `query Page($slug: String!, $ctx: Int!) {
  model: modelBySlug(slug: $slug) { ${POSTGRAPHILE_FACTS} ${CELLS} }
}`,
  },
  list: {
    operationName: "List",
    document: `query List($licenses: [String!], $memoryGib: Float!, $ctx: Int!) {
  models(first: 20, filter: { licenses: $licenses, fits: { memoryGib: $memoryGib, quant: Q4_K_M, ctx: 8192 } }) {
    edges {
      cursor
      node {
        slug name totalParameters downloads license { id }
        vram(quant: Q4_K_M, ctx: $ctx) { total { bytes gib } tier }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}`,
    variables: (n) => ({
      licenses: [n % 2 === 0 ? "MIT" : "Apache-2.0"],
      memoryGib: 24 + (n % 1_000_003) / 1e6,
      ctx: 2048 + (n % 60_000),
    }),
    postgraphile: `query List($licenses: [String], $memoryGib: Float!, $ctx: Int!) {
  models: fittingModels(licenses: $licenses, memoryGib: $memoryGib, first: 20) {
    edges { cursor node { slug name totalParameters downloads license vram(quant: "Q4_K_M", ctx: $ctx) } }
    pageInfo { hasNextPage endCursor }
  }
}`,
  },
  search: {
    operationName: "Search",
    document: `query Search($text: String!) {
  models(first: 10, filter: { search: $text }) { nodes { slug name huggingFaceId downloads } }
}`,
    variables: (n, { words }) => ({
      text: `${words[n % words.length]} ${(n * 7919) % 997}`,
      n,
    }),
    postgraphile: `query Search($text: String!) {
  models: searchedModels(text: $text, first: 10) { nodes { slug name huggingFaceId downloads } }
}`,
  },
  one: {
    operationName: "One",
    document: "query One { __typename }",
    variables: (n) => ({ n }),
    postgraphile: "query One { __typename }",
  },
};

/** Questions that nobody measures, for servers that say that they answer any. */
export const ANY = [
  `query ($slug: String!) {
  model(slug: $slug) {
    slug license { id } vram(quant: Q5_K_M, ctx: 5000) { total { bytes } }
    siblings(first: 2) {
      slug heads organization { name } family { slug }
      vramTable(quants: [BF16, Q6_K], ctxs: [2048]) { cells { tier total { gib } } }
    }
  }
}`,
  `query {
  models(first: 3, filter: { licenses: ["MIT", "Apache-2.0"] }) {
    nodes { name description useCases organization { slug } family { name } vram(quant: Q8_0, ctx: 1) { tier } }
    pageInfo { hasNextPage }
  }
}`,
];
