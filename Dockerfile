# Homeostat for 64-bit Linux (amd64, arm64).
# Build: docker build -t homeostat .   Run: see docs/install.md.
ARG PYTHON=python:3.13-slim

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/homeostat
WORKDIR /src
# The packages change less often than the code: their layer is kept.
COPY requirements.lock .
RUN /opt/homeostat/bin/pip install --require-hashes -r requirements.lock
COPY . .
RUN /opt/homeostat/bin/pip install --no-build-isolation --no-deps . \
    && /opt/homeostat/bin/pip uninstall --yes hatchling trove-classifiers pip \
    && /opt/homeostat/bin/python -m compileall -q /opt/homeostat/lib

FROM ${PYTHON}
LABEL org.opencontainers.image.title="Homeostat" \
      org.opencontainers.image.description="A self-hosted hub for a household's wellness" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 1000 homeostat \
    && useradd --uid 1000 --gid 1000 --no-create-home --home-dir /config --shell /usr/sbin/nologin homeostat \
    && install --directory --owner=homeostat --group=homeostat --mode=0700 /config
COPY --from=build /opt/homeostat /opt/homeostat
# A new volume begins with the commented settings, which read what compose.yaml sets.
COPY --chown=homeostat:homeostat config/hub.yaml /config/hub.yaml
ENV PATH=/opt/homeostat/bin:$PATH HOMEOSTAT_CONFIG=/config PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER homeostat
WORKDIR /config
VOLUME /config
EXPOSE 8480
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8480/healthz', timeout=4)"]
ENTRYPOINT ["homeostat"]
CMD ["run", "--config", "/config", "--host", "0.0.0.0", "--port", "8480"]
