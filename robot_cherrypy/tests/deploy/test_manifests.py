"""The manifests of deploy/kubernetes, as far as they can be checked without a cluster."""

import shutil
import subprocess

import kubernetes_validate
import pytest
import yaml

from robot_cherrypy.tests.docs.blocks import ROOT

OVERLAYS = ("one-node", "production")

# What all of the notes application is, whatever an overlay adds.
KINDS = {
    *("ConfigMap", "Deployment", "Ingress", "Job", "NetworkPolicy", "PodDisruptionBudget"),
    *("Secret", "Service", "StatefulSet"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A copy of deploy/kubernetes with a password."""
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not installed")
    copy = tmp_path_factory.mktemp("manifests") / "kubernetes"
    left_out = shutil.ignore_patterns("database_password")
    shutil.copytree(ROOT / "deploy/kubernetes", copy, ignore=left_out)
    (copy / "base/secrets/database_password").write_text("correct horse")
    return copy


@pytest.fixture(scope="module", params=OVERLAYS)
def manifests(request, folder):
    """What kustomize makes of an overlay."""
    made = subprocess.run(
        ["kubectl", "kustomize", folder / request.param], check=True, capture_output=True, text=True
    )
    return list(yaml.safe_load_all(made.stdout))


def pods(manifests):
    """Kind and description of the pods in manifests."""
    return {
        each["kind"]: each["spec"]["template"]["spec"]
        for each in manifests
        if "template" in each.get("spec", {})
    }


def test_manifests_are_valid(manifests):
    """They have all kinds, and no field that the newest schemas do not know."""
    assert {each["kind"] for each in manifests} >= KINDS
    newest = kubernetes_validate.latest_version()
    for manifest in manifests:
        kubernetes_validate.validate(manifest, newest, strict=True)
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**manifests[0], "metdata": {}}, newest, strict=True)


def test_pods_may_do_little(manifests):
    """None is root, may become it, writes into its image, or has the token of the cluster's API."""
    described = pods(manifests)
    assert {"Deployment", "Job", "StatefulSet"} == set(described)
    for pod in described.values():
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert {"type": "RuntimeDefault"} == pod["securityContext"]["seccompProfile"]
        for container in pod["containers"]:
            allowed = container["securityContext"]
            assert allowed["readOnlyRootFilesystem"] is True
            assert allowed["allowPrivilegeEscalation"] is False
            assert {"drop": ["ALL"]} == allowed["capabilities"]
            assert {"requests", "limits"} == set(container["resources"])


def test_password_is_a_file_of_a_secret_only(manifests):
    """It stands in no manifest but the Secret, and pods have it as a file."""
    secret = next(each for each in manifests if each["kind"] == "Secret")
    for pod in pods(manifests).values():
        names = [each["secret"]["secretName"] for each in pod["volumes"] if "secret" in each]
        assert [secret["metadata"]["name"]] == names
        assert "secretKeyRef" not in str(pod)


def test_policies_and_budget_name_pods_that_there_are(manifests):
    """What selects pods selects some, by labels that their templates have."""
    labels = [
        each["spec"]["template"]["metadata"]["labels"]
        for each in manifests
        if "template" in each.get("spec", {})
    ]
    selectors = [
        (each["spec"].get("podSelector") or each["spec"].get("selector") or {})
        for each in manifests
        if each["kind"] in {"NetworkPolicy", "PodDisruptionBudget", "Service"}
    ]
    selectors = [each.get("matchLabels", each) for each in selectors]
    for selector in selectors:
        assert any(selector.items() <= each.items() for each in labels), selector
    assert [{}] == [each for each in selectors if not each]  # of the policy that forbids all
