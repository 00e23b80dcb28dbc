"""Manifests, as a cluster takes them."""

from robot_cherrypy.hosts.kubernetes.manifests import as_known, containers_of, settings_of

MANIFESTS = """\
apiVersion: v1
data:
  text: |
    apiVersion: policy/v1
    kind: PodDisruptionBudget
kind: ConfigMap
---
apiVersion: policy/v1
kind: PodDisruptionBudget
---
apiVersion: batch/v1
kind: Job
---
apiVersion: batch/v1
kind: CronJob
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
"""

# What Kubernetes 1.20 and 1.32 know of the groups above.
OF_1_20 = {"v1", "policy/v1beta1", "batch/v1", "batch/v1beta1", "autoscaling/v2beta2"}
OF_1_32 = {"v1", "policy/v1", "batch/v1", "autoscaling/v2"}


def test_new_cluster_has_manifests_as_they_are():
    """It knows all of them."""
    assert as_known(MANIFESTS, OF_1_32) == MANIFESTS


def test_old_cluster_has_what_is_too_new_in_the_older_way():
    """Neither what it knows nor what only looks so is changed."""
    older = {
        "\napiVersion: policy/v1\n": "\napiVersion: policy/v1beta1\n",
        "batch/v1\nkind: CronJob": "batch/v1beta1\nkind: CronJob",
        "autoscaling/v2\n": "autoscaling/v2beta2\n",
    }
    expected = MANIFESTS
    for new, old in older.items():
        expected = expected.replace(new, old)
    assert as_known(MANIFESTS, OF_1_20) == expected


def test_containers_are_found_wherever_they_are():
    """In pods, in templates of pods, and in templates of jobs."""
    pod = {"initContainers": [{"image": "first"}], "containers": [{"image": "second"}]}
    manifests = [
        {"kind": "Pod", "spec": pod},
        {"kind": "Job", "spec": {"template": {"spec": {"containers": [{"image": "third"}]}}}},
        {"kind": "Service", "spec": {"ports": [{"port": 80}]}},
    ]
    assert ["first", "second", "third"] == [each["image"] for each in containers_of(manifests)]


def test_settings_are_variables_and_secrets():
    """Secrets as manifests have them: in Base64 and as texts."""
    container = {"env": [{"name": "LEVEL", "value": "3"}, {"name": "POD", "valueFrom": {}}]}
    manifests = [
        {"kind": "Secret", "data": {"word": "c3dvcmRmaXNo"}, "stringData": {"other": "xyzzy\n"}},
        {"kind": "Deployment", "spec": {"template": {"spec": {"containers": [container]}}}},
        {"kind": "Service", "spec": {}},
    ]
    expected = [("secret", "swordfish"), ("secret", "xyzzy"), ("LEVEL", "3"), ("POD", "")]
    assert expected == list(settings_of(manifests))
