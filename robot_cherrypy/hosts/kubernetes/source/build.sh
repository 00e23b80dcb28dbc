# Builds Kubernetes from Debian's source package, into one program for all its parts, and the image of the container that
# holds a pod's namespaces. Runs in an empty folder, which may be deleted afterwards.
#
#     build.sh SOURCES MAIN TARGET
#
# SOURCES is the file with the machine's package sources, MAIN the folder of this file, TARGET the folder for the result.
set -eu
sources=$1 main=$2 target=$3 here=$PWD

# The machine's own lists have no source packages.
mkdir -p apt/lists/partial apt/cache/archives/partial
lists=$here/apt/src.${sources##*.}
sed 's/^Types: deb$/Types: deb-src/; s/^deb /deb-src /' "$sources" >"$lists"
cat >apt/apt.conf <<CONFIGURATION
Dir::Etc::sourcelist "$lists";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$here/apt/lists";
Dir::Cache "$here/apt/cache";
APT::Sandbox::User "root";
CONFIGURATION
export APT_CONFIG=$here/apt/apt.conf
apt-get update --quiet
apt-get source --quiet kubernetes
mkdir -p path/src/k8s.io
mv kubernetes-*/ path/src/k8s.io/kubernetes

# As a folder of GOPATH: with -mod=vendor, Go 1.19 says "updates to go.mod needed".
export PATH=/usr/lib/go-1.19/bin:$PATH GO111MODULE=off CGO_ENABLED=0 GOPROXY=off
export GOPATH=$here/path GOCACHE=$here/cache GOGC=400
cd path/src/k8s.io/kubernetes

# The one generated file that the source package lacks, and the source's own check of its generator.
go build -o "$here/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
packages=$(
    for folder in cmd pkg plugin vendor/k8s.io/*/; do
        grep -rl --include='*.go' '^// *+k8s:openapi-gen=' "$folder" || true
    done | grep -v 'code-generator\|sample-apiserver' | xargs -n1 dirname | LC_ALL=C sort -u |
        sed 's,^,k8s.io/kubernetes/,' | paste -sd,
)
"$here/openapi-gen" -i "$packages" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \
    -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -r "$here/violations"
cmp "$here/violations" api/api-rules/violation_exceptions.list

# The one change: the kubelet keeps a deleted pod until it looks for pods to remove, once a minute in this version.
# With it, a drained host is drained after a minute.
sed -i 's/ContainerGCPeriod = time.Minute/ContainerGCPeriod = 2 * time.Second/' pkg/kubelet/kubelet.go

version="-X k8s.io/kubernetes/vendor/k8s.io/component-base/version"
mkdir cmd/kubernetes
cp "$main/main.go" cmd/kubernetes/
go build -trimpath -tags providerless -o "$here/result/kubernetes" \
    -ldflags "-s -w $version.gitVersion=v1.20.2 $version.gitMajor=1 $version.gitMinor=20" ./cmd/kubernetes
for part in kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy; do
    ln -s kubernetes "$here/result/$part"
done
gcc -Os -static -s -DVERSION=3.2 -o "$here/pause" build/pause/linux/pause.c
tar --directory "$here" --create --file "$here/result/pause.tar" pause
mv "$here/result" "$target"
