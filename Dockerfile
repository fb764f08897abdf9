# syntax=docker/dockerfile:1
# Both bases can be pinned by digest: --build-arg BUILD_IMAGE=node:24-slim@sha256:… and so on.
ARG BUILD_IMAGE=node:24-slim
ARG RUN_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot

# The program is the same for every architecture: it is built on the builder's own, once.
FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY scripts/*.mjs scripts/
COPY src src
RUN node scripts/build.mjs

FROM ${RUN_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG RUN_IMAGE
LABEL org.opencontainers.image.title="institution-sync" \
      org.opencontainers.image.description="Keeps the Organizations of an Auth0 tenant equal to Times Higher Education's institutions" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${RUN_IMAGE}"
COPY --from=build /src/dist /app
ENV NODE_ENV=production
USER 65532:65532
ENTRYPOINT ["/nodejs/bin/node", "/app/institution-sync.js"]
CMD ["controller"]
