// What the names of images and folders say: of which scene, and of which camera.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace auif {

enum class Band {
  kThermal,       // long- and mid-wave infrared, and infrared as such
  kNearInfrared,  // an infrared image where there is no thermal one
  kVisible,
  kOther,  // a further camera's image, as of an image intensifier
};
inline bool IsInfrared(Band band) { return band == Band::kThermal || band == Band::kNearInfrared; }

// Text as names are compared: composed (NFC), case folded. Bytes that are no UTF-8 stay as they
// are, with ASCII letters in lower case.
std::string Folded(std::string_view text);

// The name of an image without its extension, in words: what stands between _ - . space and
// brackets, with digits apart from letters: "FLIR_00006_RGB", "00001i".
class ImageName {
 public:
  explicit ImageName(std::string stem);

  const std::string& stem() const { return stem_; }
  const std::vector<std::string>& words() const { return words_; }  // folded

  // The word that tells the band: the last word before the first before any other; nothing where no
  // word does, or several in the middle that differ. weak: single letters, as in 1i and 1v, will do
  // at the ends.
  std::optional<std::size_t> BandWord(bool weak) const;
  // Such a word of one of these bands.
  std::optional<std::size_t> BandWord(bool weak, bool infrared) const;
  Band BandOf(std::size_t word) const;

  // The words but one, as one text to compare.
  std::string Key(std::optional<std::size_t> without) const;
  // The name without that word and the separator beside it.
  std::string Without(std::optional<std::size_t> word) const;

 private:
  struct Span {
    std::size_t begin, end;
  };
  std::string stem_;
  std::vector<Span> spans_;
  std::vector<std::string> words_;
};

// The band that a folder of this name holds: "lwir", "ir_img", "thermal_8_bit", "crop_LR_visible",
// "trainimgr" (of DroneVehicle, beside "trainimg"); nothing where the name does not say.
std::optional<Band> FolderBand(const std::string& name);

}  // namespace auif
