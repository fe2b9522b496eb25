/** The part of Plimsoll's schema that the questions use. */
export const typeDefs = /* GraphQL */ `
  scalar BigInt
  scalar Date
  enum QuantizationName { Q4_K_M Q5_K_M Q6_K Q8_0 F16 BF16 }
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
