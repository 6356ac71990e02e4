# syntax=docker/dockerfile:1

# Fetch everything in the lock, each file checked against its hash; then install, from those files alone, what the
# service needs. The development tools of the lock thus stay behind in this stage.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements.lock ./
RUN pip download --no-cache-dir --require-hashes --dest /wheels -r requirements.lock \
 && pip install --no-index --find-links /wheels hatchling
COPY pyproject.toml LICENSE README.md ./
COPY domain domain
COPY eventlog eventlog
COPY projections projections
COPY api api
RUN pip wheel --no-index --no-deps --no-build-isolation --wheel-dir /wheels . \
 && python -m venv /opt/yinzheng \
 && /opt/yinzheng/bin/pip install --no-index --find-links /wheels yinzheng

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/yinzheng --create-home yinzheng && chmod 700 /var/lib/yinzheng
COPY --from=build /opt/yinzheng /opt/yinzheng
USER yinzheng
ENV PATH=/opt/yinzheng/bin:$PATH PYTHONUNBUFFERED=1 YINZHENG_DATA=/var/lib/yinzheng
EXPOSE 8000
ENTRYPOINT ["yinzheng"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
