"""Lints and renders the chart as Helm does: chart.py ROOT OUTPUT

OUTPUT gets one file for each set of values, for readers.py: the example of the chart, and tests/deploy/values.yaml with everything
that is off by default.
"""
import pathlib
import sys

import helm_python as helm
import yaml

# Kinds that the values of tests/deploy/values.yaml add to those of the example.
ADDED = {"HTTPRoute", "PodMonitor"}


def fail(text):
    sys.exit(f"deploy-files: {text}")


def render(chart, values):
    files = chart.render(values, name="gatehouse", namespace="gatehouse")
    return "\n---\n".join(text for name, text in sorted(files.items()) if name.endswith(".yaml") and text.strip())


def one(objects, kind):
    found = [it for it in objects if it["kind"] == kind]
    if len(found) != 1:
        fail(f"{len(found)} objects of the kind {kind}")
    return found[0]


def lint(root, folder, values):
    result = helm.lint(str(folder), values=values, strict=True)
    problems = [it for it in result["messages"] if "icon is recommended" not in str(it)] + result["errors"]
    if problems:
        fail(f"helm lint: {problems}")


def check_everything(objects):
    """The values arrive, and the label that services select by cannot be taken over."""
    pod = one(objects, "Deployment")["spec"]["template"]
    wanted = {
        "label of workload identity": pod["metadata"]["labels"].get("azure.workload.identity/use") == "true",
        "label of the selector": pod["metadata"]["labels"]["app.kubernetes.io/name"] == "gatehouse",
        "service account": pod["spec"]["serviceAccountName"] == one(objects, "ServiceAccount")["metadata"]["name"],
        "annotation of the service account": "azure.workload.identity/client-id" in one(objects, "ServiceAccount")["metadata"]["annotations"],
        "pull secret": pod["spec"]["imagePullSecrets"] == [{"name": "registry"}],
        "variable": any(it["name"] == "STAFF_CLIENT_SECRET" for it in pod["spec"]["containers"][0]["env"]),
        "volume": any(it["name"] == "ca" for it in pod["spec"]["volumes"]),
        "mount": any(it["mountPath"] == "/etc/gatehouse/ca" for it in pod["spec"]["containers"][0]["volumeMounts"]),
        "profiles": sorted(next(it for it in objects if it["kind"] == "ConfigMap")["data"]) == ["guests.toml", "staff.toml"],
        "namespaces": "kube-system" in str(one(objects, "NetworkPolicy")),
    }
    for what, arrived in wanted.items():
        if not arrived:
            fail(f"the chart drops a value: {what}")


def main():
    root, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    folder = root / "deploy/helm/gatehouse"
    example = yaml.safe_load((folder / "examples/values.yaml").read_text())
    everything = yaml.safe_load((root / "tests/deploy/values.yaml").read_text())
    output.mkdir(parents=True, exist_ok=True)
    with helm.Chart.load(str(folder)) as chart:
        try:
            render(chart, {})
        except helm.HelmError as error:
            if "profiles is empty" not in str(error):
                raise
        else:
            fail("a chart without profiles was rendered")
        kinds = {}
        for name, values in {"example": example, "everything": everything}.items():
            lint(root, folder, values)
            text = render(chart, values)
            objects = [it for it in yaml.safe_load_all(text) if it]
            kinds[name] = {it["kind"] for it in objects}
            (output / f"chart-{name}.yaml").write_text(text)
        check_everything(objects)
    if kinds["everything"] - kinds["example"] != ADDED:
        fail(f"other kinds than expected: {kinds}")


main()
