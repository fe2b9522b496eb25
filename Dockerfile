# Two stages: compile with everything, run with what production needs, as a user without rights.
FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && npm prune --omit=dev --omit=optional

FROM node:20-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
COPY drizzle drizzle
COPY data data
COPY examples examples
COPY docs docs
USER node
EXPOSE 4000
ENTRYPOINT ["node", "dist/main.js"]
CMD ["start"]
