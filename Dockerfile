# The App's own image; it is also the image of the relay that leads a container to its gateway (LOOPGATE_RELAY_IMAGE).
FROM node:24-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends git ca-certificates \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Install scripts stay off (.npmrc): nothing the App uses needs one.
# Of the one package only Kotlin's grammar is used.
RUN npm ci --omit=dev --no-audit --no-fund \
  && find node_modules/@cursorless/tree-sitter-wasms/out -type f ! -name tree-sitter-kotlin.wasm -delete
COPY app.yml LICENSE ./
COPY src ./src
RUN install --directory --owner node --group node --mode 700 /var/lib/loopgate
USER node
ENV NODE_ENV=production LOOPGATE_HOST=0.0.0.0 LOOPGATE_PORT=3000 LOOPGATE_DATA=/var/lib/loopgate
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.LOOPGATE_PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
CMD ["node", "--max-semi-space-size=64", "src/main.ts", "serve"]
