# syntax=docker/dockerfile:1
# The gateway in an image without a shell, for linux/amd64 and linux/arm64:
#   docker buildx build --platform linux/amd64,linux/arm64 --build-arg BUILD_COMMIT=$(git rev-parse --short=12 HEAD) -t gatehouse .
# FEATURES=demo builds `gatehouse demo` and `gatehouse simulator` in; a production image holds neither.
ARG RUST_VERSION=1.95
FROM --platform=$BUILDPLATFORM docker.io/library/rust:${RUST_VERSION}-bookworm AS build
ARG BUILDARCH
ARG TARGETARCH
ARG BUILD_COMMIT=
ARG FEATURES=
WORKDIR /src
# A compiler for the other architecture: some dependencies hold C code. The list of packages is several words.
# hadolint ignore=DL3008,SC2086
RUN if [ "$TARGETARCH" != "$BUILDARCH" ]; then \
      case "$TARGETARCH" in \
        amd64) packages="gcc-x86-64-linux-gnu libc6-dev-amd64-cross" ;; \
        arm64) packages="gcc-aarch64-linux-gnu libc6-dev-arm64-cross" ;; \
        *) echo "TARGETARCH=$TARGETARCH: amd64 and arm64 are built" >&2; exit 1 ;; \
      esac && apt-get update && apt-get install -y --no-install-recommends $packages && rm -rf /var/lib/apt/lists/*; \
    fi
COPY . .
ENV CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER=x86_64-linux-gnu-gcc \
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target,id=target-$TARGETARCH \
    case "$TARGETARCH" in amd64) target=x86_64-unknown-linux-gnu ;; arm64) target=aarch64-unknown-linux-gnu ;; esac \
    && rustup target add "$target" \
    && BUILD_COMMIT="$BUILD_COMMIT" cargo build --release --locked --no-default-features --features "$FEATURES" --target "$target" \
    && mkdir -p /out/var/lib/gatehouse /out/etc/gatehouse/profiles \
    && cp "target/$target/release/gatehouse" /out/gatehouse

# glibc, its loader and the public CA certificates; no shell, no package manager. User 65532.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/gatehouse /usr/local/bin/gatehouse
COPY --from=build /out/etc/gatehouse /etc/gatehouse
# For SQLite only, as a volume; with Postgres nothing is written and the root file system may be read-only.
COPY --from=build --chown=65532:65532 /out/var/lib/gatehouse /var/lib/gatehouse
WORKDIR /var/lib/gatehouse
ENV GATEHOUSE_LISTEN=0.0.0.0:8080 \
    GATEHOUSE_PROFILES=/etc/gatehouse/profiles \
    GATEHOUSE_TELEMETRY__FORMAT=json
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["/usr/local/bin/gatehouse", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/gatehouse"]
CMD ["serve"]
