# syntax=docker/dockerfile:1
# Built as a wheel with the contracts compiled inside, and run from it: neither compiler nor Node are in the last image.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim-bookworm AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends build-essential git \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src

# What rarely changes: every package with its hash, as wheels, and the Solidity tools.
COPY Makefile requirements.lock package.json package-lock.json .npmrc ./
RUN pip wheel --quiet --no-cache-dir --require-hashes --wheel-dir /wheels --requirement requirements.lock
RUN make node_modules/.ready

# The project: contracts compiled, then a wheel of it beside the others.
COPY pyproject.toml README.md LICENSE ./
COPY scripts/require_artifacts.py scripts/
COPY contracts contracts
COPY scfin_chain scfin_chain
COPY api api
RUN make wheel \
 && cp dist/*.whl /wheels/

FROM python:${PYTHON}-slim-bookworm
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --quiet --no-cache-dir --no-index --find-links /wheels scfin-chain
RUN useradd --system --uid 10001 --user-group scfin \
 && install --directory --owner scfin --group scfin --mode 0700 /data
ENV SCFIN_DATA=/data \
    SCFIN_HOST=0.0.0.0 \
    SCFIN_PORT=8000 \
    PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['SCFIN_PORT']}/health\", timeout=4)"]
ENTRYPOINT ["scfin"]
CMD ["serve"]
