# All of Volcado's images, by target: manager, bot, dumper-mariadb, dumper-mysql.
#
#   docker build --target manager --tag registry.example.com/volcado/manager:v1 .
#
# The four share one compile. hack/images/build builds them all, with or without a container engine.

ARG GO_BASE=golang:1.26-bookworm
# For programs that need no file but themselves and the usual certificate authorities.
ARG STATIC_BASE=gcr.io/distroless/static:nonroot
ARG DEBIAN_BASE=debian:bookworm-slim
# Any image that holds Oracle's mysqldump and certificate authorities.
ARG MYSQL_BASE=mysql:8.4

# Compiled on the builder's own processor, for the target's: emulating another one takes ten times as long.
FROM --platform=${BUILDPLATFORM} ${GO_BASE} AS build
ARG TARGETOS
ARG TARGETARCH
ARG VERSION=dev
# Empty is Go's own default.
ARG GOPROXY=
ARG GOMODCACHE=/go/pkg/mod
ARG GOCACHE=/root/.cache/go-build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    export GOPROXY GOMODCACHE GOCACHE GOTOOLCHAIN=local GOFLAGS=-mod=readonly && \
    CGO_ENABLED=0 GOOS=${TARGETOS} GOARCH=${TARGETARCH} \
    go build -trimpath -buildvcs=false -gcflags=all=-dwarf=false -ldflags "-s -w -X main.version=${VERSION}" \
      -o /out/ ./cmd/manager ./cmd/bot ./cmd/dumper

FROM ${STATIC_BASE} AS manager
COPY --from=build /out/manager /usr/local/bin/manager
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/manager"]

FROM ${STATIC_BASE} AS bot
COPY --from=build /out/bot /usr/local/bin/bot
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/bot"]

# mysqldump and mariadb-dump do not understand each other's servers well enough, so each engine has an image.
FROM ${DEBIAN_BASE} AS dumper-mariadb
RUN apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends mariadb-client ca-certificates && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log
COPY --from=build /out/dumper /usr/local/bin/dumper
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/dumper"]

FROM ${MYSQL_BASE} AS dumper-mysql
COPY --from=build /out/dumper /usr/local/bin/dumper
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/dumper"]
