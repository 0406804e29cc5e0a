package io.petrichor.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Charts as SVG, readable on a light and on a dark page.
 */
final class Chart {

	private static final int WIDTH = 720;

	private static final String[] COLOURS = { "#1f77b4", "#d9822b", "#2a9d4a", "#b03a8c" };

	private static final String STYLE = "<style>text{font:12px sans-serif;fill:#888}.t{font-weight:bold;font-size:14px}"
			+ ".g{stroke:#8884;stroke-width:1}</style>\n";

	private Chart() {
	}

	/** A bar for each name, on a logarithmic scale. */
	static String bars(String title, Map<String, Double> values, String highlighted) {
		double least = values.values().stream().mapToDouble(Double::doubleValue).min().orElse(1);
		double most = values.values().stream().mapToDouble(Double::doubleValue).max().orElse(1);
		double low = Math.log10(least) - 0.4;
		double span = Math.log10(most) - low;
		int height = 40 + 26 * values.size();
		StringBuilder svg = begin(height, title);
		int y = 36;
		for (Map.Entry<String, Double> bar : values.entrySet()) {
			double length = (Math.log10(bar.getValue()) - low) / span * (WIDTH - 320);
			svg.append(text(200, y + 14, "end", bar.getKey()));
			svg.append("<rect x=\"208\" y=\"%d\" width=\"%.1f\" height=\"18\" fill=\"%s\"/>\n".formatted(y, length,
					COLOURS[bar.getKey().startsWith(highlighted) ? 0 : 1]));
			svg.append(text(214 + (int) length, y + 14, "start", number(bar.getValue()) + " µs"));
			y += 26;
		}
		return svg.append("</svg>\n").toString();
	}

	/** A line for each name over the same places, both axes logarithmic. */
	static String lines(String title, String unit, List<Integer> places, Map<String, List<Double>> lines) {
		List<Double> all = new ArrayList<>();
		lines.values().forEach(all::addAll);
		double most = all.stream().mapToDouble(Double::doubleValue).max().orElse(1) * 1.3;
		double least = Math.min(all.stream().mapToDouble(Double::doubleValue).min().orElse(1) / 1.3, most / 10);
		StringBuilder svg = begin(300, title);
		for (int i = 0; i < places.size(); i++) {
			int x = x(i, places.size());
			svg.append("<line class=\"g\" x1=\"%d\" y1=\"40\" x2=\"%d\" y2=\"250\"/>\n".formatted(x, x));
			svg.append(text(x, 268, "middle", String.format(Locale.ROOT, "%,d", places.get(i))));
		}
		svg.append(text(WIDTH / 2, 290, "middle", unit));
		int colour = 0;
		for (Map.Entry<String, List<Double>> line : lines.entrySet()) {
			StringBuilder points = new StringBuilder();
			for (int i = 0; i < line.getValue().size(); i++) {
				int y = (int) (250 - 210 * Math.log(line.getValue().get(i) / least) / Math.log(most / least));
				points.append(x(i, places.size())).append(',').append(y).append(' ');
				svg.append(text(x(i, places.size()), y - 7, "middle", number(line.getValue().get(i))));
			}
			svg.append("<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>\n"
				.formatted(COLOURS[colour], points.toString().trim()));
			svg.append("<text x=\"%d\" y=\"34\" style=\"fill:%s\">%s</text>\n".formatted(60 + 200 * colour,
					COLOURS[colour], line.getKey()));
			colour++;
		}
		return svg.append("</svg>\n").toString();
	}

	private static int x(int index, int count) {
		return 60 + ((count == 1) ? 0 : index * (WIDTH - 120) / (count - 1));
	}

	private static StringBuilder begin(int height, String title) {
		return new StringBuilder(
				"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\">\n".formatted(WIDTH, height))
			.append(STYLE)
			.append("<text class=\"t\" x=\"10\" y=\"18\">%s</text>\n".formatted(title));
	}

	private static String text(int x, int y, String anchor, String text) {
		return "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>\n".formatted(x, y, anchor, text);
	}

	static String number(double value) {
		return String.format(Locale.ROOT,
				(value >= 100) ? "%,.0f" : (value >= 10) ? "%.1f" : (value >= 1) ? "%.2f" : "%.3f", value);
	}

}
