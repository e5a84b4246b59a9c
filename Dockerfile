# The image that Heroku and compose run: the server, its static files and the shipped configuration.

FROM node:22-bookworm-slim AS node

FROM rust:1.95-bookworm AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
# One folder for the server and the browser's half: the paths of server functions are made from it.
WORKDIR /build
ENV SQLX_OFFLINE=true CARGO_TARGET_DIR=/build/target
COPY . .
RUN cargo xtask build --release

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --no-create-home --uid 10001 cluster-head
WORKDIR /app
COPY --from=build /build/target/release/cluster-head /usr/local/bin/cluster-head
COPY --from=build /build/target/site site
COPY cluster-head.toml .
ENV CLUSTER_HEAD_SITE=/app/site CLUSTER_HEAD_CONFIG=/app/cluster-head.toml
USER cluster-head
EXPOSE 3010
# Applies the migrations, then serves; the port comes from PORT.
CMD ["cluster-head"]
