/** GraphQL Yoga as it comes, over the same hand-written resolvers. */
import { createServer } from "node:http";
import { createSchema, createYoga } from "graphql-yoga";
import { ready } from "./ready.js";
import { resolvers, typeDefs } from "./schema.js";

const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), logging: false });
const server = createServer(yoga).listen(0, "127.0.0.1", () => ready(server));
