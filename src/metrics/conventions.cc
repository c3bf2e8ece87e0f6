#include "metrics/conventions.h"

#include <array>
#include <cassert>

#include "metrics/average_gradient.h"
#include "metrics/clipped_share.h"
#include "metrics/correlation.h"
#include "metrics/cross_entropy.h"
#include "metrics/edge_intensity.h"
#include "metrics/entropy.h"
#include "metrics/fmi.h"
#include "metrics/heat_kept.h"
#include "metrics/mef_ssim.h"
#include "metrics/ms_ssim.h"
#include "metrics/mse.h"
#include "metrics/mutual_information.h"
#include "metrics/nabf.h"
#include "metrics/noise_made.h"
#include "metrics/normalized_mutual_information.h"
#include "metrics/psnr.h"
#include "metrics/qabf.h"
#include "metrics/qcb.h"
#include "metrics/qcv.h"
#include "metrics/rmse.h"
#include "metrics/scd.h"
#include "metrics/spatial_frequency.h"
#include "metrics/ssim.h"
#include "metrics/standard_deviation.h"
#include "metrics/viff.h"
#include "metrics/vifp.h"

namespace auif::metrics {
namespace {

constexpr Direction kUp = Direction::kHigherIsBetter;
constexpr Direction kDown = Direction::kLowerIsBetter;

constexpr MetricText kMetricTexts[] = {
    {"EN", "entropy", "bits", "0 .. 8", kUp},
    {"SD", "standard deviation", "grey levels", "0 .. 127.5", kUp},
    {"SF", "spatial frequency", "grey levels", "0 .. 361", kUp},
    {"VIF", "visual information fidelity for fusion", "", "0 .. about 1", kUp},
    {"VIFp", "pixel-domain visual information fidelity", "", "0 .. about 2", kUp},
    {"AG", "average gradient", "grey levels per pixel", "0 .. 255", kUp},
    {"SCD", "sum of the correlations of differences", "", "-2 .. 2", kUp},
    {"MI", "mutual information", "bits", "0 .. 16", kUp},
    {"NMI", "normalised mutual information", "", "0 .. 2", kUp},
    {"Qabf", "edges kept", "", "0 .. 1", kUp},
    {"Labf", "edges lost", "", "0 .. 1", kDown},
    {"Nabf", "edges made up", "", "0 .. 1", kDown},
    {"SSIM", "structural similarity", "", "-2 .. 2", kUp},
    {"MS-SSIM", "multi-scale structural similarity", "", "0 .. 2", kUp},
    {"MEF-SSIM", "structural similarity to an ideal fusion", "", "0 .. 1", kUp},
    {"CC", "correlation coefficient", "", "-1 .. 1", kUp},
    {"PSNR", "peak signal-to-noise ratio", "dB", "0 ..", kUp},
    {"MSE", "mean squared error", "squared grey levels", "0 .. 65025", kDown},
    {"RMSE", "root mean squared error", "grey levels", "0 .. 255", kDown},
    {"CE", "cross entropy", "bits", "0 ..", kDown},
    {"EI", "edge intensity", "grey levels", "0 .. 1442", kUp},
    {"Qcb", "perceived contrast kept", "", "0 .. 1", kUp},
    {"Qcv", "perceived difference", "squared grey levels", "0 ..", kDown},
    {"FMI_pixel", "feature mutual information, grey values", "", "0 .. about 1", kUp},
    {"FMI_dct", "feature mutual information, cosine transform", "", "0 .. about 1", kUp},
    {"FMI_wavelet", "feature mutual information, wavelets", "", "0 .. about 1", kUp},
    {"HK", "heat kept", "", "about 0 .. 1", kUp},
    {"NM", "noise made", "", "0 ..", kDown},
    {"Dark", "pixels that are as good as black", "%", "0 .. 100", kDown},
    {"Bright", "pixels that are as good as white", "%", "0 .. 100", kDown},
};

// A fusion's value from the values against its two sources.
Score Sum(Score a, Score b) { return a && b ? Score(*a + *b) : std::nullopt; }
Score Mean(Score a, Score b) { return a && b ? Score((*a + *b) / 2) : std::nullopt; }

// The columns. Every lambda is one line of choices.
using P = const Images&;

constexpr Column kStandard[] = {
    {"EN", "EN", "", [](P p) -> Score { return Entropy(p.f); }},
    {"SD", "SD", "mean of the image", [](P p) -> Score { return StandardDeviation(p.f); }},
    {"SF", "SF", "differences inside the image, divided by mn",
     [](P p) -> Score { return SpatialFrequency(p.f); }},
    {"VIF", "VIF", "VIFF", [](P p) { return Viff(p.a, p.b, p.f); }},
    {"VIFp", "VIFp", "sum over both sources",
     [](P p) { return Sum(Vifp(p.a, p.f), Vifp(p.b, p.f)); }},
    {"AG", "AG", "forward differences, mean over (m-1)(n-1)",
     [](P p) { return AverageGradient(p.f); }},
    {"SCD", "SCD", "", [](P p) { return Scd(p.a, p.b, p.f); }},
    {"MI", "MI", "bits, sum over both sources",
     [](P p) { return Sum(MutualInformation(p.a, p.f), MutualInformation(p.b, p.f)); }},
    {"NMI", "NMI", "", [](P p) { return NormalizedMutualInformation(p.a, p.b, p.f); }},
    {"Qabf", "Qabf", "angles folded, edge pixels repeated",
     [](P p) { return Qabf(p.a, p.b, p.f); }},
    {"Labf", "Labf", "", [](P p) { return Labf(p.a, p.b, p.f); }},
    {"Nabf", "Nabf", "as Kumar modified it", [](P p) { return Nabf(p.a, p.b, p.f); }},
    {"SSIM", "SSIM", "Gaussian window 11x11, L = 255, sum over both sources",
     [](P p) { return Sum(Ssim(p.a, p.f), Ssim(p.b, p.f)); }},
    {"MS-SSIM", "MS-SSIM", "five scales, sum over both sources",
     [](P p) { return Sum(MsSsim(p.a, p.f), MsSsim(p.b, p.f)); }},
    {"MEF-SSIM", "MEF-SSIM", "", [](P p) { return MefSsim(p.a, p.b, p.f); }},
    {"CC", "CC", "mean over both sources",
     [](P p) { return Mean(Correlation(p.a, p.f), Correlation(p.b, p.f)); }},
    {"PSNR", "PSNR", "peak 255, MSE the mean of both sources",
     [](P p) { return Psnr(p.a, p.b, p.f); }},
    {"MSE", "MSE", "mean over both sources",
     [](P p) { return Mean(Mse(p.a, p.f), Mse(p.b, p.f)); }},
    {"RMSE", "RMSE", "mean over both sources",
     [](P p) { return Mean(Rmse(p.a, p.f), Rmse(p.b, p.f)); }},
    {"CE", "CE", "mean over both sources",
     [](P p) { return Mean(CrossEntropy(p.a, p.f), CrossEntropy(p.b, p.f)); }},
    {"EI", "EI", "Sobel, edge pixels repeated", [](P p) -> Score { return EdgeIntensity(p.f); }},
    {"Qcb", "Qcb", "each image stretched to 0..255 first", [](P p) { return Qcb(p.a, p.b, p.f); }},
    {"Qcv", "Qcv", "each image stretched to 0..255 first", [](P p) { return Qcv(p.a, p.b, p.f); }},
    {"FMI_pixel", "FMI_pixel", "windows of 3x3",
     [](P p) { return Fmi(p.a, p.b, p.f, FmiFeature::kPixel); }},
    {"FMI_dct", "FMI_dct", "windows of 3x3",
     [](P p) { return Fmi(p.a, p.b, p.f, FmiFeature::kDct); }},
    {"FMI_wavelet", "FMI_wavelet", "windows of 3x3, discrete Meyer filters",
     [](P p) { return Fmi(p.a, p.b, p.f, FmiFeature::kWavelet); }},
    {"HK", "HK", "the hottest percent against a ring of 5 to 16 pixels around it",
     [](P p) { return HeatKept(p.a, p.f); }},
    {"NM", "NM", "the quietest tenth of the blocks, against the noisier source",
     [](P p) { return NoiseMade(p.a, p.b, p.f); }},
    {"Dark", "Dark", "at or below level 5", [](P p) -> Score { return DarkShare(p.f); }},
    {"Bright", "Bright", "at or above level 250", [](P p) -> Score { return BrightShare(p.f); }},
};

constexpr Column kAuifPaper[] = {
    {"EN", "EN", "", [](P p) -> Score { return Entropy(p.f); }},
    {"SD", "SD", "mean of each column for itself",
     [](P p) -> Score { return StandardDeviation(p.f, {.mean = MeanOver::kColumn}); }},
    {"SF", "SF", "a zero row and column appended, divided by mn",
     [](P p) -> Score { return SpatialFrequency(p.f, {.mean = DifferenceMean::kZerosAppended}); }},
    {"VIF", "VIF", "VIFF", [](P p) { return Viff(p.a, p.b, p.f); }},
    {"AG", "AG", "central differences, divided by (m-1)(n-1)",
     [](P p) { return AverageGradient(p.f, {.form = AverageGradientForm::kCentralInner}); }},
    {"SCD", "SCD", "", [](P p) { return Scd(p.a, p.b, p.f); }},
};

constexpr Column kCddfuse[] = {
    {"EN", "EN", "", [](P p) -> Score { return Entropy(p.f); }},
    {"SD", "SD", "mean of the image", [](P p) -> Score { return StandardDeviation(p.f); }},
    {"SF", "SF", "differences inside the image, divided by their number",
     [](P p) -> Score { return SpatialFrequency(p.f, {.mean = DifferenceMean::kDifferences}); }},
    {"AG", "AG", "central differences, divided by mn",
     [](P p) { return AverageGradient(p.f, {.form = AverageGradientForm::kCentral}); }},
    {"MI",
     "MI",
     "nats, sum over both sources",
     [](P p) {
       constexpr MutualInformationOptions kNats{.base = LogBase::kNats};
       return Sum(MutualInformation(p.a, p.f, kNats), MutualInformation(p.b, p.f, kNats));
     },
     {},
     "nats",
     "0 .. 11.1"},
    {"MSE", "MSE", "mean over both sources",
     [](P p) { return Mean(Mse(p.a, p.f), Mse(p.b, p.f)); }},
    {"CC", "CC", "mean over both sources",
     [](P p) { return Mean(Correlation(p.a, p.f), Correlation(p.b, p.f)); }},
    {"PSNR", "PSNR", "peak the fused image's maximum, MSE the mean of both sources",
     [](P p) { return Psnr(p.a, p.b, p.f, {.peak = Peak::kFusedMaximum}); }},
    {"SCD", "SCD", "", [](P p) { return Scd(p.a, p.b, p.f); }},
    {"VIF", "VIFp", "VIFp, sum over both sources; a constant source counts 1",
     [](P p) {
       constexpr VifpOptions kOne{.constant_is_one = true};
       return Sum(Vifp(p.a, p.f, kOne), Vifp(p.b, p.f, kOne));
     }},
    {"Qabf", "Qabf", "angles not folded, equal strengths count as themselves, zeros outside",
     [](P p) { return Qabf(p.a, p.b, p.f, kQabfInUse); }},
    {"SSIM", "SSIM",
     "uniform window 7x7, sample covariance, L = 2 (a library's guess), sum over both sources",
     [](P p) {
       const SsimOptions uniform = SsimOptions::Uniform7(2);
       return Sum(Ssim(p.a, p.f, uniform), Ssim(p.b, p.f, uniform));
     }},
};

constexpr Column kTang[] = {
    {"EN", "EN", "", [](P p) -> Score { return Entropy(p.f); }},
    {"MI", "MI", "bits, sum over both sources",
     [](P p) { return Sum(MutualInformation(p.a, p.f), MutualInformation(p.b, p.f)); }},
    {"SD", "SD", "mean of the image", [](P p) -> Score { return StandardDeviation(p.f); }},
    {"SF", "SF", "differences inside the image, divided by their number",
     [](P p) -> Score { return SpatialFrequency(p.f, {.mean = DifferenceMean::kDifferences}); }},
    {"MSE",
     "MSE",
     "images in 0..1, mean over both sources",
     [](P p) {
       constexpr MseOptions kUnit{.range = 1};
       return Mean(Mse(p.a, p.f, kUnit), Mse(p.b, p.f, kUnit));
     },
     {},
     "squared shares of 255",
     "0 .. 1"},
    {"PSNR", "PSNR", "peak 255 over the MSE of images in 0..1: 48.13 dB too high",
     [](P p) { return Psnr(p.a, p.b, p.f, {.mse = {.range = 1}}); }},
    {"VIF", "VIFp", "VIFp, sum over both sources",
     [](P p) { return Sum(Vifp(p.a, p.f), Vifp(p.b, p.f)); }},
    {"AG", "AG", "central differences, divided by (m-1)(n-1)",
     [](P p) { return AverageGradient(p.f, {.form = AverageGradientForm::kCentralInner}); }},
    {"CC", "CC", "mean over both sources",
     [](P p) { return Mean(Correlation(p.a, p.f), Correlation(p.b, p.f)); }},
    {"SCD", "SCD", "", [](P p) { return Scd(p.a, p.b, p.f); }},
    {"Qabf", "Qabf", "angles not folded, equal strengths count as themselves, zeros outside",
     [](P p) { return Qabf(p.a, p.b, p.f, kQabfInUse); }},
    {"Nabf", "Nabf", "as Kumar modified it", [](P p) { return Nabf(p.a, p.b, p.f); }},
    {"MS_SSIM", "MEF-SSIM", "MEF-SSIM despite its name",
     [](P p) { return MefSsim(p.a, p.b, p.f); }},
};

constexpr MseOptions kNormByCount{.form = SquaredErrorForm::kNormByCount};

constexpr Column kVifb[] = {
    {"Avg_gradient", "AG", "central differences, divided by (m-1)(n-1)",
     [](P p) { return AverageGradient(p.f, {.form = AverageGradientForm::kCentralInner}); }},
    {"Cross_entropy", "CE", "mean over both sources",
     [](P p) { return Mean(CrossEntropy(p.a, p.f), CrossEntropy(p.b, p.f)); }},
    {"Edge_intensity", "EI", "Sobel, edge pixels repeated",
     [](P p) -> Score { return EdgeIntensity(p.f); }},
    {"Entropy", "EN", "", [](P p) -> Score { return Entropy(p.f); }},
    {"Mutinf",
     "MI",
     "nats, each image stretched to 0..255 first, sum over both sources",
     [](P p) {
       constexpr MutualInformationOptions kChoice{LogBase::kNats, Levels::kStretched};
       return Sum(MutualInformation(p.a, p.f, kChoice), MutualInformation(p.b, p.f, kChoice));
     },
     {},
     "nats",
     "0 .. 11.1"},
    {"Psnr", "PSNR", "peak 255 over the mean of both L2 norms divided by mn",
     [](P p) { return Psnr(p.a, p.b, p.f, {.mse = kNormByCount}); }},
    {"Qabf", "Qabf", "angles not folded, equal strengths count as themselves, zeros outside",
     [](P p) { return Qabf(p.a, p.b, p.f, kQabfInUse); }},
    {"Qcb", "Qcb", "each image stretched to 0..255 first", [](P p) { return Qcb(p.a, p.b, p.f); }},
    {"Qcv", "Qcv", "each image stretched to 0..255 first", [](P p) { return Qcv(p.a, p.b, p.f); }},
    {"Rmse",
     "RMSE",
     "L2 norm divided by mn, mean over both sources",
     [](P p) { return Mean(Mse(p.a, p.f, kNormByCount), Mse(p.b, p.f, kNormByCount)); },
     {},
     "grey levels per pixel"},
    {"Spatial_frequency", "SF", "channels side by side as one image, divided by its pixels",
     [](P p) -> Score { return SpatialFrequency(p.f); }, Colour::kSideBySide},
    {"Ssim", "SSIM", "Gaussian window 11x11, L = 255, sum over both sources",
     [](P p) { return Sum(Ssim(p.a, p.f), Ssim(p.b, p.f)); }},
    {"Variance", "SD", "mean of the image; a standard deviation despite its name",
     [](P p) -> Score { return StandardDeviation(p.f); }},
};

constexpr Convention kConventions[] = {
    {"standard", "each metric as its own paper or its best-kept library defines it",
     Colour::kLumaRounded, kStandard},
    {"auif-paper", "the tables of the AUIF paper (Zhao et al., TCSVT 2021)", Colour::kLumaRounded,
     kAuifPaper},
    {"tang", "the MATLAB evaluation that came with SeAFusion (Tang et al., 2022)",
     Colour::kMatlabGrey, kTang, true},
    {"cddfuse", "the Python evaluation of CDDFuse (Zhao et al., CVPR 2023)", Colour::kLumaRounded,
     kCddfuse, true},
    {"vifb", "the MATLAB benchmark VIFB (Zhang et al., CVPR Workshops 2020)", Colour::kEachChannel,
     kVifb, true},
};

}  // namespace

std::span<const Convention> ConventionTable() { return kConventions; }

const MetricText& FindMetricText(std::string_view id) {
  for (const MetricText& text : kMetricTexts) {
    if (text.id == id) return text;
  }
  assert(false);
  return kMetricTexts[0];
}

std::string_view Describe(Colour colour) {
  switch (colour) {
    case Colour::kLumaRounded:
      return "colour becomes the rounded luma 0.299 R + 0.587 G + 0.114 B";
    case Colour::kMatlabGrey:
      return "colour becomes grey as by MATLAB's rgb2gray";
    case Colour::kEachChannel:
      return "each channel is scored with the same channel of the sources, or with the grey "
             "source; the mean counts";
    case Colour::kSideBySide:
      return "the channels lie side by side as one image";
  }
  return "";
}

}  // namespace auif::metrics
