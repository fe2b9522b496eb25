/** The part of Plimsoll's schema that the questions use, with hand-written resolvers. */
import {
  budgetBytes,
  cursorOf,
  list,
  model,
  search,
  siblings,
  vram,
  vramTable,
} from "./catalog.js";

export const typeDefs = /* GraphQL */ `
  scalar BigInt
  scalar Date
  enum QuantizationName { Q4_K_M Q8_0 F16 }
  type ByteSize { bytes: BigInt! gib: Float! }
  type Quantization { name: String! }
  type MemoryEstimate { total: ByteSize! tier: String! }
  type VramTableRow { quantization: Quantization! cells: [MemoryEstimate!]! }
  type Named { slug: String! name: String! }
  type License { id: String }
  type Model {
    slug: String! name: String! huggingFaceId: String! description: String
    organization: Named! family: Named license: License
    totalParameters: BigInt activeParameters: BigInt contextLength: BigInt releasedOn: Date
    attentionKind: String layers: Int hiddenSize: Int heads: Int kvHeads: Int headDim: Int
    vocabSize: Int experts: Int activeExperts: Int sharedExperts: Int activation: String
    normalization: String positionEmbedding: String inputModalities: [String!]
    useCases: [String!] downloads: BigInt! likes: Int!
    vram(quant: QuantizationName!, ctx: Int!): MemoryEstimate
    vramTable(quants: [QuantizationName!]!, ctxs: [Int!]!): [VramTableRow!]
    siblings(first: Int! = 5): [Model!]!
  }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type ModelEdge { cursor: String! node: Model! }
  type ModelConnection { edges: [ModelEdge!]! nodes: [Model!]! pageInfo: PageInfo! }
  input FitsInput { memoryGib: Float quant: QuantizationName! ctx: Int! }
  input ModelFilter { licenses: [String!] search: String fits: FitsInput }
  type Query {
    model(slug: String): Model
    models(first: Int, filter: ModelFilter): ModelConnection!
  }
`;

async function models(_root, { first = 20, filter }) {
  if (filter.search) return { nodes: await search(filter.search, first) };
  const rows = await list(filter.licenses, budgetBytes(filter.fits.memoryGib), first);
  const page = rows.slice(0, first);
  return {
    edges: page.map((node) => ({ cursor: cursorOf(node), node })),
    pageInfo: {
      hasNextPage: rows.length > first,
      endCursor: page.length > 0 ? cursorOf(page.at(-1)) : null,
    },
  };
}

export const resolvers = {
  Query: { model: (_root, { slug }) => model(slug), models },
  Model: {
    license: ({ license }) => ({ id: license }),
    vram: ({ memory_profile }, { quant, ctx }) =>
      memory_profile && vram(memory_profile, quant, ctx),
    vramTable: ({ memory_profile }, { quants, ctxs }) =>
      memory_profile && vramTable(memory_profile, quants, ctxs),
    siblings: (parent, { first }) => siblings(parent, first),
  },
};
