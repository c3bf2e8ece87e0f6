// The one place that names the methods outside of their files: one line per method.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "auif/method.h"
#include "base/text.h"

#define AUIF_METHODS(METHOD) \
  METHOD(Auif)               \
  METHOD(Joint)              \
  METHOD(Average)            \
  METHOD(Maximum)            \
  METHOD(InfraredCopy)       \
  METHOD(VisibleCopy)        \
  METHOD(ClosedForm)         \
  METHOD(Laplacian)          \
  METHOD(GuidedFilter)       \
  METHOD(Adf)                \
  METHOD(Tsifvs)             \
  METHOD(Csr)                \
  METHOD(Gtf)                \
  METHOD(TvAdmm)             \
  METHOD(DenseFuse)          \
  METHOD(DeepFuse)           \
  METHOD(FusionGan)          \
  METHOD(ImageFuse)          \
  METHOD(Onnx)

namespace auif {

#define AUIF_DECLARE(name) std::unique_ptr<FusionMethod> Make##name();
AUIF_METHODS(AUIF_DECLARE)
#undef AUIF_DECLARE

std::vector<std::unique_ptr<FusionMethod>> Methods() {
  std::vector<std::unique_ptr<FusionMethod>> methods;
#define AUIF_ADD(name) methods.push_back(Make##name());
  AUIF_METHODS(AUIF_ADD)
#undef AUIF_ADD
  return methods;
}

std::unique_ptr<FusionMethod> FindMethod(const std::string& name, const MethodSettings& settings) {
  const std::size_t colon = name.find(':');
  const std::string own_name = Lower(name.substr(0, colon));
  std::vector<std::string> names;
  for (std::unique_ptr<FusionMethod>& method : Methods()) {
    std::vector<std::string> own = method->info().aliases;
    own.push_back(method->info().name);
    if (std::find(own.begin(), own.end(), own_name) == own.end()) {
      names.insert(names.end(), own.begin(), own.end());
      continue;
    }
    if (colon != std::string::npos) {
      const std::string& argument = method->info().argument;
      if (argument.empty()) {
        throw Error(ErrorKind::kUsage, "nothing can follow the method's name", name,
                    "'auif info --methods' lists its options");
      }
      method->Set(argument, name.substr(colon + 1));
    }
    for (const auto& [option, value] : settings) method->Set(option, value);
    return std::move(method);
  }
  throw Error(ErrorKind::kUsage, "there is no method '" + name.substr(0, colon) + "'", {},
              DidYouMean(own_name, names, "'auif info --methods' lists them"));
}

std::unique_ptr<FusionMethod> OpenMethod(const std::string& name, const MethodSettings& settings,
                                         int threads) {
  std::unique_ptr<FusionMethod> method = FindMethod(name, settings);
  method->Prepare(threads);
  return method;
}

}  // namespace auif
