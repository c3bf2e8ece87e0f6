#include "experiments/report.h"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <string_view>

#include "auif/version.h"
#include "experiments/sheet.h"
#include "experiments/text.h"
#include "io/atomic_file.h"

namespace auif {

extern const std::size_t kReportCssSize, kReportJsSize;
extern const unsigned char kReportCssBytes[], kReportJsBytes[];

namespace {

namespace fs = std::filesystem;

std::string Embedded(const unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

// A web address alone becomes a link.
std::string Linked(const std::string& text) {
  const std::size_t start = text.find("https://");
  if (start == std::string::npos) return Escaped(text);
  const std::size_t end = std::min(text.find(' ', start), text.size());
  const std::string address = Escaped(text.substr(start, end - start));
  return fmt::format("{}<a href=\"{}\">{}</a>{}", Escaped(text.substr(0, start)), address, address,
                     Escaped(text.substr(end)));
}

std::string List(const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  std::string html = "<ul class=\"notes\">\n";
  for (const std::string& line : lines) html += fmt::format("<li>{}</li>\n", Linked(line));
  return html + "</ul>\n";
}

std::string Html(const ReportTable& table) {
  std::string html = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table>\n"
      "<caption>{0}</caption>\n<thead><tr>",
      Escaped(table.caption));
  for (const std::string& cell : table.header) {
    html += fmt::format("<th scope=\"col\">{}</th>", Escaped(cell));
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const std::vector<TableCell>& row : table.rows) {
    html += "<tr>";
    for (const TableCell& cell : row) {
      html += fmt::format("<td{}>{}</td>",
                          cell.mark.empty() ? "" : fmt::format(" class=\"{}\"", Escaped(cell.mark)),
                          Escaped(cell.text));
    }
    html += "</tr>\n";
  }
  return html + "</tbody>\n</table></div>\n";
}

std::string Html(const ReportFigure& figure, const fs::path& out) {
  // An own document: the identifiers in one figure do not meet those in another.
  const std::string svg = ReadFile(out / "figures" / (figure.name + ".svg"));
  return fmt::format(
      "<figure><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"figure\"><img{} "
      "alt=\"{}\" "
      "src=\"data:image/svg+xml;base64,{}\"></div>\n<figcaption>{}</figcaption></figure>\n",
      figure.wide ? " class=\"wide\"" : "", Escaped(figure.caption), Base64(svg),
      Escaped(figure.caption));
}

std::string Choice(const char* name, const ReportScene& scene, std::size_t chosen) {
  std::string html = fmt::format("<select aria-label=\"{}\">", name);
  for (std::size_t i = 0; i < scene.labels.size(); ++i) {
    html += fmt::format("<option{}>{}</option>", i == chosen ? " selected" : "",
                        Escaped(scene.labels[i]));
  }
  return html + "</select>";
}

std::string Html(const ReportScene& scene, const fs::path& out) {
  std::vector<std::string> images;
  for (const std::string& file : scene.files) {
    images.push_back(fmt::format("data:image/jpeg;base64,{}", Base64(ReadFile(out / file))));
  }
  const std::size_t last = scene.files.size() - 1;
  return fmt::format(
      "<div class=\"scene\"><h3>{0}</h3>\n"
      "<div class=\"stack\"><img alt=\"{1}\" src=\"{2}\">"
      "<img class=\"after\" alt=\"{3}\" src=\"{4}\"><div class=\"edge\"></div></div>\n"
      "<div class=\"controls\"><input type=\"range\" min=\"0\" max=\"100\" value=\"50\" "
      "step=\"any\" aria-label=\"Where the two images of {0} meet\">{5}{6}</div>\n"
      "<script type=\"application/json\">{7}</script></div>\n",
      Escaped(scene.title), Escaped(scene.labels[1]), images[1], Escaped(scene.labels[last]),
      images[last], Choice("left image", scene, 1), Choice("right image", scene, last),
      nlohmann::json(images).dump());
}

std::string Duration(double seconds) {
  const long whole = std::lround(seconds);
  if (whole < 60) return fmt::format("{:.1f} s", seconds);
  return fmt::format("{} min {} s", whole / 60, whole % 60);
}

std::string Html(const Section& section, const fs::path& out) {
  std::string html = fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n", Escaped(section.name),
                                 Escaped(section.title));
  for (const std::string& text : section.text) html += fmt::format("<p>{}</p>\n", Linked(text));
  for (const ReportFigure& figure : section.figures) html += Html(figure, out);
  if (!section.scenes.empty()) {
    html += "<div class=\"scenes\">\n";
    for (const ReportScene& scene : section.scenes) html += Html(scene, out);
    html += "</div>\n";
  }
  for (const ReportTable& table : section.tables) html += Html(table);
  html += List(section.notes);
  if (!section.deviations.empty()) {
    html += fmt::format("<p>Against the paper:</p>\n{}", List(section.deviations));
  }
  html += "<details><summary>Options, versions, times</summary>\n<dl>\n";
  for (const auto& [name, value] : section.options) {
    html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", Escaped(name), Escaped(value));
  }
  html += fmt::format("<dt>time</dt><dd>{}, work found finished not counted</dd>\n",
                      Duration(section.seconds));
  std::string files;
  for (const std::string& file : section.files) {
    files += fmt::format("{}{}", files.empty() ? "" : ", ", file);
  }
  for (const ReportFigure& figure : section.figures) {
    files += fmt::format(", figures/{0}.svg, figures/{0}.png", figure.name);
  }
  return html +
         fmt::format("<dt>files</dt><dd>{}</dd>\n</dl></details>\n</section>\n", Escaped(files));
}

// A cell of a Markdown table.
std::string Cell(const std::string& text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|') cell += '\\';
    cell += c;
  }
  return cell;
}

// "+1.2 %"; empty where the cells are no plain numbers.
std::string Difference(const std::string& paper, const std::string& ours) {
  try {
    const double a = std::stod(paper), b = std::stod(ours);
    return a == 0 ? std::string() : fmt::format("{:+.1f} %", 100 * (b - a) / a);
  } catch (const std::exception&) {
    return {};
  }
}

std::string Line(const std::string& first, const std::vector<std::string>& cells) {
  std::string line = fmt::format("| {} |", Cell(first));
  for (const std::string& cell : cells) line += fmt::format(" {} |", Cell(cell));
  return line + "\n";
}

}  // namespace

std::string FormatReport(const std::vector<Section>& sections, const fs::path& out) {
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>auif: experiments</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n" +
      Embedded(kReportCssBytes, kReportCssSize) + "</style>\n</head>\n<body>\n";
  html +=
      "<header><h1>Infrared and visible image fusion: experiments</h1>\n"
      "<p>The tables and figures of section 4 of Zhao et al., <cite>Efficient and Interpretable "
      "Infrared and Visible Image Fusion via Algorithm Unrolling</cite>, reproduced. EN: entropy, "
      "SD: standard deviation, SF: spatial frequency, VIF: visual information fidelity, AG: "
      "average gradient, SCD: sum of the correlations of differences, all in the paper's own "
      "definitions.</p></header>\n<nav aria-label=\"Sections\"><ul tabindex=\"0\">\n";
  for (const Section& section : sections) {
    html += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", Escaped(section.name),
                        Escaped(section.title));
  }
  html += "</ul></nav>\n<main>\n";
  for (const Section& section : sections) html += Html(section, out);
  html += fmt::format("</main>\n<footer>Made by auif {}.</footer>\n<script>\n", Version());
  return html + Embedded(kReportJsBytes, kReportJsSize) + "</script>\n</body>\n</html>\n";
}

std::string FormatReproduction(const std::vector<Section>& sections) {
  std::string text = fmt::format(
      "# The paper's numbers and this project's\n\n"
      "Written by `auif experiment` ({}); not edited by hand. Rows are pairs: what the paper "
      "prints, and what the command measured. The difference is relative to the paper's number "
      "(of means, where there are deviations).\n",
      std::string("auif ") + Version());
  for (const Section& section : sections) {
    if (section.reproduced.empty() && section.deviations.empty()) continue;
    text += fmt::format("\n## {}\n", section.title);
    std::string table;
    for (const ReproducedRow& row : section.reproduced) {
      if (row.table != table) {
        table = row.table;
        text += fmt::format("\n{}\n\n", table) + Line("", row.columns) +
                Line("---", std::vector<std::string>(row.columns.size(), "---"));
      }
      std::vector<std::string> differences;
      for (std::size_t i = 0; i < row.ours.size(); ++i) {
        differences.push_back(Difference(row.paper[i], row.ours[i]));
      }
      text += Line(row.row + ": paper", row.paper) + Line(row.row + ": this project", row.ours) +
              Line("difference", differences);
    }
    if (!section.reproduced.empty() || !section.deviations.empty()) text += "\n";
    for (const std::string& line : section.deviations) text += fmt::format("- {}\n", line);
    std::string options;
    for (const auto& [name, value] : section.options) {
      options += fmt::format("{}{}: {}", options.empty() ? "" : "; ", name, value);
    }
    text += fmt::format("\nMade with {}.\n", options);
  }
  return text;
}

}  // namespace auif
